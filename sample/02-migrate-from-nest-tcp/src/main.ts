import 'reflect-metadata';
import type { ClientProxy } from '@nestjs/microservices';
import { pooledClient, pooledClientForStock, stockClient } from './clients.js';
import { exchange } from './exchange.js';
import type { RunningServer } from './servers.js';
import { startPooled, startStock } from './servers.js';

interface Combination {
  readonly title: string;
  readonly server: () => Promise<RunningServer>;
  readonly client: (port: number) => ClientProxy;
}

/** In the order in which a fleet would meet them. */
const COMBINATIONS: readonly Combination[] = [
  { title: 'stock client → stock server (today)', server: startStock, client: stockClient },
  {
    title: 'stock client → new server   (servers first)',
    server: startPooled,
    client: stockClient,
  },
  {
    title: 'new client   → new server   (then the clients)',
    server: startPooled,
    client: pooledClient,
  },
  {
    title: 'new client   → stock server (the other order)',
    server: startStock,
    client: pooledClientForStock,
  },
];

async function run(): Promise<void> {
  const outcomes = new Set<string>();
  for (const { title, server, client } of COMBINATIONS) {
    const running = await server();
    const proxy = client(running.port);
    try {
      const outcome = await exchange(proxy, 'Zoë 👋');
      outcomes.add(outcome);
      console.log(`${title}\n    ${outcome}`);
    } finally {
      await proxy.close();
      await running.close();
    }
  }
  if (outcomes.size > 1) throw new Error('the four combinations did not see the same');
  console.log('all four saw the same');
}

run().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
