import { parseArgs } from 'node:util';
import { showExamples } from './show/examples.js';
import { getJson, runLoad } from './show/load.js';
import { printReport } from './show/report.js';
import { ServiceProcess } from './show/service-process.js';

const LOAD_MS = 4_000;
const ONCE_LOAD_MS = 2_000;

const USAGE = 'usage: npm start -- [--once] [--port <port of the gateway, 0 to 65535>]';

interface Settings {
  /** Ends by itself after the report. */
  readonly once: boolean;
  readonly port: string;
}

/** @throws Error that says how it is used */
function readSettings(): Settings {
  try {
    const { values } = parseArgs({
      options: { once: { type: 'boolean', default: false }, port: { type: 'string' } },
    });
    const port = values.port ?? (values.once ? '0' : '3000');
    if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) throw new Error(`${port} is not a port`);
    return { once: values.once, port };
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${USAGE}`, { cause: error });
  }
}

/** Two instances of a service and a gateway, each in its own process, with real traffic between them. */
async function run(): Promise<void> {
  const { once, port } = readSettings();
  const services: ServiceProcess[] = [];
  const stopAll = async (): Promise<void> => {
    for (const service of services.splice(0).reverse()) await service.stop();
  };
  process.once('SIGINT', () => void stopAll().then(() => process.exit(0)));
  process.once('SIGTERM', () => void stopAll().then(() => process.exit(0)));
  try {
    await startAll(services, port);
    await show(services, once ? ONCE_LOAD_MS : LOAD_MS);
    if (once) await stopAll();
    else printWhatNext(services);
  } catch (error) {
    await stopAll();
    throw error;
  }
}

async function startAll(services: ServiceProcess[], port: string): Promise<void> {
  console.log(
    'starting two instances of the orders service and an HTTP gateway, one process each …',
  );
  for (const instance of ['orders-1', 'orders-2']) {
    services.push(
      await ServiceProcess.start(instance, 'orders/main.js', {
        INSTANCE: instance,
        LISTEN: 'tcp://127.0.0.1:0',
      }),
    );
  }
  const endpoints = services.map((each) => each.address).join(',');
  services.push(
    await ServiceProcess.start('gateway', 'gateway/main.js', {
      ORDERS: endpoints,
      PORT: port,
      MANAGEMENT_PORT: port === '0' ? '0' : '9400',
    }),
  );
}

async function show(services: readonly ServiceProcess[], durationMs: number): Promise<void> {
  const gateway = services.at(-1)!.address;
  for (const { name, address, pid } of services)
    console.log(`  ${name.padEnd(10)} ${address} (process ${pid})`);
  console.log(`\nsending traffic for ${durationMs / 1_000} s …`);
  const load = await runLoad(gateway, durationMs);
  printReport(
    load,
    await getJson(undefined, `${gateway}/pool`),
    await getJson(undefined, `${gateway}/health`),
  );
  await showExamples(gateway);
  if (load.failures > 0 || load.callsByInstance.size < 2) {
    throw new Error(
      `${load.failures} calls failed, ${load.callsByInstance.size} instances answered`,
    );
  }
}

function printWhatNext(services: readonly ServiceProcess[]): void {
  const { address: gateway, management } = services.at(-1)!.addresses;
  const [first] = services;
  console.log(`
all of it stays up. Try, in another terminal:
  curl ${gateway}/orders/7
  curl -N ${gateway}/orders/7/track
  curl ${gateway}/health
  curl ${gateway}/pool
  open ${management} in a browser: the pool, live
  kill -9 ${first!.pid}      and watch the calls go to the other instance
Ctrl-C ends everything.`);
}

run().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
