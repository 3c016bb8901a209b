// What it costs that calls inherit from the request they are made for:
//   npm run build && node test/bench/micro/call-scope.mjs
import { Inheritance } from '../../../dist/client/inheritance.js';
import { toCallRequest } from '../../../dist/client/call-request.js';
import { callScopes } from '../../../dist/common/call-scope.js';
import { systemClock } from '../../../dist/common/clock.js';

const ROUNDS = 200;
const BATCH = 2_000;

const scope = {
  deadlineAt: Infinity,
  metadata: { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' },
  stopError: undefined,
  follow() {},
};
const options = {
  deadline: true,
  cancellation: true,
  metadata: ['traceparent', 'tracestate', 'baggage'],
};

/** A handler that waits three times, as one behind Nest's guards and interceptors does. */
async function handler() {
  for (let wait = 0; wait < 3; wait++) await Promise.resolve();
}

/** The median over many batches, in ns. */
async function measure(name, work) {
  const times = [];
  for (let round = 0; round < ROUNDS; round++) {
    const start = process.hrtime.bigint();
    for (let each = 0; each < BATCH; each++) await work();
    times.push(Number(process.hrtime.bigint() - start) / BATCH);
  }
  const median = times.toSorted((left, right) => left - right)[ROUNDS >> 1];
  console.log(`${name.padEnd(62)} ${median.toFixed(0).padStart(6)} ns`);
  return median;
}

const asServer = () =>
  callScopes.isInherited ? callScopes.enter({ ...scope }, handler) : handler();

const alone = await measure('a handler, nobody inherits', asServer);
const leave = callScopes.join();
const within = await measure(
  'the same within a scope, because a client of the process would',
  asServer,
);
await measure('the same outside of a scope meanwhile', handler);
const inheritance = new Inheritance(options, systemClock);
const request = toCallRequest({ pattern: 'p', data: 1 });
scope.deadlineAt = systemClock.now() + 3_600_000;
await callScopes.enter(scope, async () => {
  await measure('what a call inside a handler asks for, before it is sent', () => {
    const current = inheritance.scope;
    const call = inheritance.callOf(current, request, 30_000);
    return callScopes.leave(() => call) === undefined ? 1 : undefined;
  });
});
leave();
await measure('a handler, once nobody inherits any more', asServer);
console.log(
  `\nwithin a scope a handler takes ${(within - alone).toFixed(0)} ns more (Node ${process.version})`,
);
