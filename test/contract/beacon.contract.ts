import { describe, expect, it, onTestFinished } from 'vitest';
import type { Clock } from '../../lib/common/clock.js';
import { BeaconClient } from '../../lib/connection/beacon-client.js';
import type { Dialer, Link, Listener } from '../../lib/link/link.js';
import { Beacon } from '../../lib/management/worker/beacon/beacon.js';
import { writeBeaconQuestion } from '../../lib/protocol/beacon.js';

export interface BeaconStage {
  readonly clock: Clock;
  readonly listener: () => Listener;
  /** For the address that the listener has once it listens. */
  readonly dialer: (address: string) => Dialer;
  /** Lets so much time pass. */
  readonly pass: (ms: number) => Promise<void>;
}

const ID = '000102030405060708090a0b0c0d0e0f';
const OTHER_ID = ID.replace(/^00/, 'ff');
const LIMIT_MS = 300;

/** A beacon that says 1500, and a client that asks it. */
async function lit(stage: BeaconStage) {
  const listener = stage.listener();
  const lost: Error[] = [];
  const parts = { listener, clock: stage.clock, id: ID, stuckMs: () => 1_500 };
  const beacon = new Beacon({ ...parts, onLost: (error) => lost.push(error) });
  await beacon.open();
  onTestFinished(() => beacon.close());
  const { address } = listener;
  let dials = 0;
  const client = new BeaconClient(stage.clock, () => {
    dials++;
    return stage.dialer(address);
  });
  const target = { host: '127.0.0.1', port: 1, id: ID };
  const ask = (id = ID) => client.ask({ ...target, id }, LIMIT_MS);
  return { beacon, client, ask, address, dials: () => dials };
}

interface Visit {
  readonly link: Link;
  received: number;
  isOver: boolean;
}

/** Says something to a beacon, and hears what comes. */
async function visit(stage: BeaconStage, address: string, said: Uint8Array) {
  const dialled = stage.dialer(address).dial(new AbortController().signal);
  await stage.pass(5);
  const link = await dialled;
  onTestFinished(() => link.destroy());
  const visit = { link, received: 0, isOver: false };
  link.start({
    onData: (chunk) => (visit.received += chunk.length),
    onDrain: () => undefined,
    onEnd: () => (visit.isOver = true),
    onClose: () => (visit.isOver = true),
  });
  link.write(said);
  await stage.pass(5);
  return visit as Visit;
}

async function ended(stage: BeaconStage, ...visits: readonly Visit[]): Promise<void> {
  for (let round = 0; round < 200 && !visits.every(({ isOver }) => isOver); round++)
    await stage.pass(10);
  expect(visits.every(({ isOver }) => isOver)).toBe(true);
}

/** What a beacon and whoever asks it have to keep to, over whatever links. */
export function beaconContract(name: string, makeStage: () => BeaconStage): void {
  describe(`a beacon over ${name}`, () => {
    const asked = async <Answer>(stage: BeaconStage, answer: Promise<Answer>): Promise<Answer> => {
      let isOver = false;
      const watched = answer.finally(() => (isOver = true));
      for (let round = 0; round < 100 && !isOver; round++) await stage.pass(10);
      return watched;
    };

    it('says for how long the loop has stood still', async () => {
      const stage = makeStage();
      const { ask, client } = await lit(stage);
      expect(await asked(stage, ask())).toEqual({ stuckMs: 1_500 });
      expect(client.answerCounts()).toEqual({ stuck: 1, turning: 0, nobody: 0 });
    });

    it('is asked once by all who ask at a time, and again by those who come later', async () => {
      const stage = makeStage();
      const { ask, dials } = await lit(stage);
      const answers = await asked(stage, Promise.all([ask(), ask(), ask()]));
      expect(answers).toEqual(Array.from({ length: 3 }, () => ({ stuckMs: 1_500 })));
      expect(dials()).toBe(1);
      await asked(stage, ask());
      expect(dials()).toBe(2);
    });

    it('does not answer for another process', async () => {
      const stage = makeStage();
      const { ask, client } = await lit(stage);
      expect(await asked(stage, ask(OTHER_ID))).toBeUndefined();
      expect(client.answerCounts()).toEqual({ stuck: 0, turning: 0, nobody: 1 });
    });

    it('is found missing when nobody listens', async () => {
      const stage = makeStage();
      const { ask, beacon } = await lit(stage);
      await beacon.close();
      expect(await asked(stage, ask())).toBeUndefined();
    });

    it('answers nothing but a question, and closes', async () => {
      const stage = makeStage();
      const { address } = await lit(stage);
      for (const said of ['GET / HTTP/1.1\r\n\r\n........', writeBeaconQuestion(OTHER_ID)]) {
        const over = await visit(stage, address, Buffer.from(said));
        await ended(stage, over);
        expect(over.received).toBe(0);
      }
    });

    it('answers in fewer bytes than it was asked with, however much more is said', async () => {
      const stage = makeStage();
      const { address } = await lit(stage);
      const long = Buffer.concat([writeBeaconQuestion(ID), Buffer.alloc(5_000)]);
      const asksLong = await visit(stage, address, long);
      await ended(stage, asksLong);
      expect(asksLong.received).toBe(0);
      const asks = await visit(stage, address, writeBeaconQuestion(ID));
      await ended(stage, asks);
      expect(asks.received).toBe(12);
    });

    it('closes those who say nothing, and lets in no more than it can serve', async () => {
      const stage = makeStage();
      const { address, ask } = await lit(stage);
      const idle: Visit[] = [];
      for (let count = 0; count < 70; count++)
        idle.push(await visit(stage, address, Buffer.of(0xf5)));
      const turnedAway = idle.filter(({ isOver }) => isOver);
      expect(turnedAway.length).toBeGreaterThan(0);
      await stage.pass(1_100);
      await ended(stage, ...idle);
      expect(await asked(stage, ask())).toEqual({ stuckMs: 1_500 });
    });
  });

  describe(`asking a beacon over ${name}`, () => {
    it.each([
      ['says nothing', ''],
      ['says half an answer', 'f54e53420d0a0100'],
      ['says too much', 'f54e53420d0a010000000001ff'],
      ['speaks something else', Buffer.from('HTTP/1.1 200 OK').toString('hex')],
    ])('is over in time when whoever is there %s, and nothing is left open', async (_, said) => {
      const stage = makeStage();
      const links: Link[] = [];
      const listener = stage.listener();
      await listener.listen({
        onLink: (link) => {
          links.push(link);
          link.start({ onData: () => {}, onDrain: () => {}, onEnd: () => {}, onClose: () => {} });
          link.write(Buffer.from(said, 'hex'));
        },
        onError: () => undefined,
      });
      onTestFinished(() => listener.close());
      const { address } = listener;
      const client = new BeaconClient(stage.clock, () => stage.dialer(address));
      const answer = client.ask({ host: '127.0.0.1', port: 1, id: ID }, LIMIT_MS);
      let isOver = false;
      void answer.then(() => (isOver = true));
      for (let round = 0; round < 60 && !isOver; round++) await stage.pass(10);
      expect(isOver).toBe(true);
      expect(await answer).toBeUndefined();
      await stage.pass(20);
      for (const link of links) link.write(Buffer.of(1));
      await stage.pass(20);
      for (const link of links) link.destroy();
    });
  });
}
