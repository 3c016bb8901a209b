import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BEACON_ANSWER_BYTES,
  BEACON_QUESTION_BYTES,
  beaconIn,
  readBeaconAnswer,
  readBeaconQuestion,
  withBeacon,
  writeBeaconAnswer,
  writeBeaconQuestion,
} from '../../../lib/protocol/beacon.js';
import { readSpecification } from '../../support/vectors.js';

interface BeaconVector {
  readonly name: string;
  readonly rule: string;
  readonly note: string;
  readonly kind: 'question' | 'answer';
  readonly bytes: string;
  readonly id?: string;
  readonly stuckMs?: number;
}

const file = new URL('../../../lib/protocol/vectors/beacon.json', import.meta.url);
const vectors = JSON.parse(readFileSync(file, 'utf8')) as BeaconVector[];
const text = readSpecification();
const ID = '000102030405060708090a0b0c0d0e0f';

describe.each(vectors)('the vector $name', ({ name, rule, note, kind, bytes, id, stuckMs }) => {
  const binary = Buffer.from(bytes.replaceAll(' ', ''), 'hex');

  it('is read as it says', () => {
    if (kind === 'question') expect(readBeaconQuestion(binary)).toBe(id);
    else expect(readBeaconAnswer(binary)).toBe(stuckMs);
  });

  it('is written as it says, unless it only has to be tolerated', () => {
    if (id !== undefined && !name.endsWith('reserved'))
      expect(writeBeaconQuestion(id)).toEqual(binary);
    if (stuckMs !== undefined) expect(writeBeaconAnswer(stuckMs)).toEqual(binary);
  });

  it('is quoted in the specification, and its rule is there', () => {
    const result = id ?? stuckMs;
    const shown = result === undefined ? 'nothing' : `\`${result}\``;
    const quote = `**${name}** (rule ${rule}): ${note}.\n\n\`\`\`text\n${bytes}\n\`\`\`\n\n→ ${shown}\n`;
    expect(`${text}\n`).toContain(quote);
    expect(text).toContain(`\n${rule} `);
  });
});

describe('the messages of a beacon', () => {
  it('have the lengths of the specification, the answer being the shorter', () => {
    expect(text).toContain(`A question has ${BEACON_QUESTION_BYTES} bytes`);
    expect(text).toContain(`An answer has ${BEACON_ANSWER_BYTES} bytes`);
    expect(BEACON_ANSWER_BYTES).toBeLessThan(BEACON_QUESTION_BYTES);
  });

  it('hold times that are fractions, negative or beyond all bounds', () => {
    expect(readBeaconAnswer(writeBeaconAnswer(12.6))).toBe(13);
    expect(readBeaconAnswer(writeBeaconAnswer(-1))).toBe(0);
    expect(readBeaconAnswer(writeBeaconAnswer(1e15))).toBe(2 ** 32 - 1);
  });

  it('are not read out of anything else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const isOpened = bytes[0] === 0xf5 && bytes[1] === 0x4e;
        if (isOpened) return;
        expect(readBeaconQuestion(Buffer.from(bytes))).toBeUndefined();
        expect(readBeaconAnswer(Buffer.from(bytes))).toBeUndefined();
      }),
    );
  });
});

describe('the notice in a hello', () => {
  const notice = { port: 40_123, id: ID };

  it('stands beside the other metadata, under its key', () => {
    expect(withBeacon({ zone: 'b' }, notice)).toEqual({ zone: 'b', beacon: notice });
    expect(withBeacon(undefined, notice)).toEqual({ beacon: notice });
    expect(withBeacon({ beacon: 'mine' }, undefined)).toEqual({ beacon: 'mine' });
    expect(beaconIn(withBeacon({ zone: 'b' }, notice))).toEqual(notice);
  });

  it.each([
    ['no metadata', undefined],
    ['none', { zone: 'b' }],
    ['a text', { beacon: 'tcp://elsewhere:1' }],
    ['a list', { beacon: [1] }],
    ['no id', { beacon: { port: 1 } }],
    ['an id of another form', { beacon: { port: 1, id: 'AB' } }],
    ['port 0', { beacon: { port: 0, id: ID } }],
    ['a port too large', { beacon: { port: 65_536, id: ID } }],
    ['half a port', { beacon: { port: 1.5, id: ID } }],
    ['a port in words', { beacon: { port: '80', id: ID } }],
  ])('is not found in %s', (_, metadata) => {
    expect(beaconIn(metadata)).toBeUndefined();
  });

  it('names no host, whatever else stands there', () => {
    expect(beaconIn({ beacon: { ...notice, host: '10.9.9.9' } })).toEqual(notice);
  });
});
