import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { PeerCrowd } from '../../support/peer-crowd.js';
import { until } from '../../support/until.js';
import { descriptors, LiveAcceptor } from './live-acceptor.js';

const PEERS_EACH = 334;
const heartbeat = { intervalMs: 500, misses: 3 };
/** (misses + 1) × interval and half a second are promised, on a machine that does nothing else. */
const LIMIT_MS = 2_500;

/** The sockets of a port of this machine by the state of the kernel's table, listeners left out. */
function socketStates(port: number): Record<string, number> {
  const names: Record<string, string> = { '01': 'ESTABLISHED', '08': 'CLOSE_WAIT' };
  const local = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const states: Record<string, number> = {};
  for (const line of readFileSync('/proc/net/tcp', 'utf8').split('\n').slice(1)) {
    const [, address, , state] = line.trim().split(/\s+/);
    const name = names[state ?? ''];
    if (address?.endsWith(local) === true && name !== undefined)
      states[name] = (states[name] ?? 0) + 1;
  }
  return states;
}

it('of 1000 peers that vanish by FIN, RST and silence, half of them unread, no socket is left', async () => {
  const live = await LiveAcceptor.open({ heartbeat, maxEvents: 1, idleTimeoutMs: 0 });
  // Events that are never done: whoever sends one is not read any more.
  live.onEvent = (event) => void live.events.push(event);
  const before = descriptors();
  const [fin, rst, silence] = await Promise.all(
    ['fin', 'rst', 'silence'].map(async () => PeerCrowd.start(live.port, PEERS_EACH)),
  );
  const total = 3 * PEERS_EACH;
  await until(() => live.acceptor.snapshot().connections.length === total, 'all are there');
  await until(() => live.events.length === total / 2, 'half of them are not read', 10_000);
  expect(descriptors()).toBeGreaterThanOrEqual(before + total);

  // Each has been looked at once since it is not read.
  await sleep(1.5 * heartbeat.intervalMs);
  const vanishedAt = performance.now();
  fin!.tell('fin');
  rst!.tell('rst');
  silence!.freeze();
  await until(() => live.closed.length === total, 'all are closed', 2 * LIMIT_MS);
  const tookMs = performance.now() - vanishedAt;
  await until(() => descriptors() <= before + 3, 'no descriptor was lost');

  expect(socketStates(live.port)).toEqual({});
  expect(tookMs).toBeLessThan(2 * LIMIT_MS);
  const { active, passive } = live.acceptor.snapshot().closes;
  expect(active.heartbeat).toBeGreaterThanOrEqual(PEERS_EACH);
  expect(passive.reset).toBeGreaterThan(0);
  expect(active.heartbeat + passive.ended + passive.reset + passive.goAway).toBe(total);
}, 60_000);
