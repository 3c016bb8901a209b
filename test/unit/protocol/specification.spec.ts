import { describe, expect, it } from 'vitest';
import type { ErrorCodeDescription } from '../../../lib/errors/error-codes.js';
import { ERROR_CODES } from '../../../lib/errors/error-codes.js';
import { Flag, MAX_CONTROL_BYTES, MAX_HELLO_BYTES } from '../../../lib/protocol/binary/header.js';
import { FrameType, GoAwayReason, RejectReason } from '../../../lib/protocol/frame.js';
import { MAX_JSON_DEPTH } from '../../../lib/protocol/json-depth.js';
import type { Vector } from '../../support/vectors.js';
import { readSpecification, readVectors, VECTOR_FILES } from '../../support/vectors.js';

const text = readSpecification();

/** The cells of the table under a heading or rule, without its first two lines. */
function tableAfter(marker: string): string[][] {
  const lines = text.slice(text.indexOf(marker)).split('\n');
  const start = lines.findIndex((line) => line.startsWith('|'));
  const length = lines.slice(start).findIndex((line) => !line.startsWith('|'));
  return lines.slice(start + 2, start + length).map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim().replaceAll('`', '')),
  );
}

const numbersOf = (marker: string): [string, number][] =>
  tableAfter(marker).map(([number, name]) => [name!, Number(number)]);

describe('PROTOCOL.md', () => {
  it('has the frame types of the code', () => {
    const types = tableAfter('\n4.1 ')
      .filter(([, name]) => name !== undefined && /^[A-Z_]+$/.test(name))
      .map(([number, name]) => [name!.replaceAll('_', ''), Number.parseInt(number!, 16)]);
    const expected = Object.entries(FrameType).map(([name, type]) => [name.toUpperCase(), type]);
    expect(types).toEqual(expected);
  });

  it('has the flags of the code', () => {
    const flags = tableAfter('\n3.4 ').slice(0, 5);
    const expected = Object.entries(Flag).map(([name, bit]) => [name.toUpperCase(), bit]);
    expect(flags.map(([bit, name]) => [name, Number.parseInt(bit!, 16)])).toEqual(expected);
  });

  it('has the error codes of the code, with their numbers, meanings and whether they were processed', () => {
    const expected = Object.entries(ERROR_CODES as Record<string, ErrorCodeDescription>)
      .filter(([, { wire }]) => wire !== undefined)
      .map(([code, { wire, processed, description }]) => [
        String(wire),
        code,
        processed,
        description,
      ])
      .sort(([left], [right]) => Number(left) - Number(right));
    const rows = tableAfter('\n9.1 ');
    expect(rows).toEqual(expected.map((row) => row.map((cell) => cell!.replaceAll('`', ''))));
  });

  it('has the reasons of the code', () => {
    expect(numbersOf('\n9.2 ')).toEqual(Object.entries(RejectReason));
    expect(numbersOf('\n9.3 ')).toEqual(Object.entries(GoAwayReason));
  });

  it('has the limits of the code', () => {
    const grouped = (bytes: number): string => bytes.toLocaleString('en').replaceAll(',', ' ');
    expect(text).toContain(`at most ${grouped(MAX_HELLO_BYTES)} bytes`);
    expect(text).toContain(`at most ${grouped(MAX_CONTROL_BYTES)} bytes`);
    expect(text).toContain(`at most ${grouped(MAX_JSON_DEPTH)}`);
  });

  it.each(VECTOR_FILES)('quotes every vector of %s', (file) => {
    const appendix = text.slice(text.indexOf(`vectors/${file}.json`));
    for (const vector of readVectors(file)) expect(appendix).toContain(quoteOf(vector));
  });

  it('has every rule that a vector names', () => {
    const rules = VECTOR_FILES.flatMap((file) => readVectors(file).map(({ rule }) => rule));
    // A rule is a paragraph that begins with its number; the frames are sections of their own.
    const missing = rules.filter(
      (rule) => !text.includes(`\n${rule} `) && !text.includes(`\n### ${rule} `),
    );
    expect(missing).toEqual([]);
  });
});

function quoteOf({
  name,
  rule,
  sender,
  receiver,
  note,
  bytes,
  text: packet,
  frame,
}: Vector): string {
  const sent = sender === undefined ? '' : `, sent by a ${sender}`;
  const read = receiver === undefined ? '' : `, read by a ${receiver}`;
  const heading = `**${name}** (rule ${rule}${sent}${read}): ${note}.`;
  const quoted = `${heading}\n\n\`\`\`text\n${bytes ?? packet}\n\`\`\`\n`;
  return frame === undefined ? quoted : `${quoted}\n→ \`${JSON.stringify(frame)}\``;
}
