import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../lib/common/random.js';
import { ConnectionWorld } from '../support/connection-world.js';
import type { RecordedCall } from '../support/recorded-call.js';

const SEEDS = 150;
const STEPS = 60;

function spoilTheNetwork(world: ConnectionWorld): void {
  const wire = world.dice(2) === 0 ? world.pair.toClient : world.pair.toServer;
  const kind = world.dice(4);
  if (kind === 0) wire.splitBytes = 1 + world.dice(200);
  else if (kind === 1) wire.capacityBytes = world.pick([Infinity, 0, 500 + world.dice(5_000)])!;
  else if (kind === 2) wire.stall();
  else wire.flow();
}

function step(world: ConnectionWorld): void {
  const kind = world.dice(12);
  if (kind < 3) for (let count = world.dice(40); count > 0; count--) world.open();
  else if (kind < 6) for (let count = world.dice(20); count > 0; count--) world.work();
  else if (kind === 6) world.cancel(world.pick(world.calls));
  else if (kind === 7) world.emit();
  else if (kind === 8) spoilTheNetwork(world);
  else if (kind === 9) world.clock.advance(world.dice(500));
  else world.clock.endTurn();
}

/** Things happen at random, then the conversation ends in one way or another, then time passes. */
function run(seed: number): ConnectionWorld {
  const world = new ConnectionWorld(seededRandom(seed));
  if (world.dice(10) > 0) world.clock.endTurn();
  const steps = world.dice(STEPS);
  for (let count = 0; count < steps; count++) step(world);
  world.finish();
  for (let count = 0; count < 10; count++) step(world);
  if (world.dice(2) === 0) world.clock.advance(10_000);
  world.pair.flow();
  for (const wire of [world.pair.toClient, world.pair.toServer]) wire.capacityBytes = Infinity;
  world.clock.advance(100);
  // Whoever is still there has streams that nobody works on.
  world.server.stopAll('shutdown');
  world.client.destroy();
  // Who does not even greet is the acceptor's to notice.
  if (world.server.state === 'handshaking') world.pair.server.destroy();
  world.clock.advance(120_000);
  return world;
}

function checkCall(world: ConnectionWorld, call: RecordedCall): void {
  const runs = world.executions.get(call.payload)?.count ?? 0;
  expect(runs).toBeLessThanOrEqual(1);
  expect(call.settlements).toBe(world.cancelled.has(call) ? 0 : 1);
  for (const { processed, retryable } of call.failures) {
    if (processed === 'no') expect(runs).toBe(0);
    else expect(retryable).toBe(false);
  }
  if (call.ends > 0 || call.values.length > 0) expect(runs).toBe(1);
  checkValues(world, call);
}

/** What arrived is what was sent, in order; all of it when the reply is complete. */
function checkValues(world: ConnectionWorld, call: RecordedCall): void {
  const sent = world.executions.get(call.payload)?.sent ?? [];
  const expected = sent.slice(0, call.ends > 0 ? sent.length : call.values.length);
  if (call.values.join() !== expected.join())
    expect.fail(`${call.values.length} values came, not ${expected.length} as sent`);
}

function check(world: ConnectionWorld): void {
  expect(world.problems).toEqual([]);
  for (const call of world.calls) checkCall(world, call);
  for (const event of world.events) expect(event.writes + event.failures.length).toBe(1);
  expect(new Set(world.handledEvents).size).toBe(world.handledEvents.length);
  expect(world.closes).toEqual({ client: 1, server: 1 });
  expect(world.endedStreams.filter(({ isOpen }) => isOpen)).toEqual([]);
  expect(new Set(world.endedStreams).size).toBe(world.endedStreams.length);
  for (const { stream } of world.executions.values()) expect(stream.isOpen).toBe(false);
  expect([world.client.pending, world.server.pending]).toEqual([0, 0]);
  expect([world.clock.timerCount, world.clock.turnCount]).toEqual([0, 0]);
}

/** As long as the connection lives, nothing gets stuck: not in credit, not in pauses, not in the network. */
function runPeacefully(seed: number): ConnectionWorld {
  const world = new ConnectionWorld(seededRandom(seed));
  world.mayDestroy = false;
  const steps = world.dice(STEPS);
  for (let count = 0; count < steps; count++) {
    step(world);
    // Too short a time for heartbeats to be missed.
    if (world.dice(5) === 0) world.pair.flow();
  }
  world.comeToRest();
  return world;
}

function checkSettled(world: ConnectionWorld, call: RecordedCall): void {
  if (world.cancelled.has(call)) return;
  const codes = [...call.failures, ...call.errors].map(({ code }) => code);
  for (const code of codes)
    expect(['REJECTED', 'HANDLER_FAILED', 'STREAM_OVERFLOW', 'UNSERIALIZABLE_REPLY']).toContain(
      code,
    );
  expect(call.settlements).toBe(1);
}

function forEachSeed(count: number, test: (seed: number) => void): void {
  for (let seed = 1; seed <= count; seed++) {
    try {
      test(seed);
    } catch (error) {
      throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error });
    }
  }
}

describe('two ends that do what they may, over links on which everything goes wrong', () => {
  it('settle every call once, run none twice, and none that they call safe to send again', () => {
    forEachSeed(SEEDS, (seed) => check(run(seed)));
  });

  it('finish every call, as long as the connection lives', () => {
    let lived = 0;
    forEachSeed(SEEDS / 2, (seed) => {
      const world = runPeacefully(seed);
      if (world.closes.client > 0) return;
      lived++;
      for (const call of world.calls) checkSettled(world, call);
      expect([world.client.pending, world.server.pending]).toEqual([0, 0]);
      expect(world.server.framed.isReadingPaused).toBe(false);
      expect(world.server.heldBytes).toBe(0);
    });

    expect(lived).toBeGreaterThan(SEEDS / 4);
  });

  it('have seen all kinds of ends', () => {
    const seen = new Set<string>();
    for (let seed = 1; seed <= 60; seed++) {
      const world = run(seed);
      for (const call of world.calls) {
        if (world.cancelled.has(call)) seen.add('cancelled');
        if (call.ends > 0) seen.add(call.values.length > 1 ? 'streamed' : 'answered');
        for (const { code } of call.errors) seen.add(code);
        for (const { code, processed } of call.failures) seen.add(`${code} ${processed}`);
      }
    }

    expect([...seen]).toEqual(
      expect.arrayContaining([
        'answered',
        'streamed',
        'cancelled',
        'HANDLER_FAILED',
        'UNSERIALIZABLE_REPLY',
        'STREAM_OVERFLOW',
        'REJECTED no',
        'CONNECTION_LOST no',
        'CONNECTION_LOST maybe',
        'HEARTBEAT_TIMEOUT maybe',
      ]),
    );
  });
});
