import { parseArgs } from 'node:util';
import { peerNames } from './peers/peer.js';
import type { PeerName } from './peers/peer.js';
import type { RoundTiming } from './process-pair.js';
import { rows } from './row.js';
import type { Row } from './row.js';

export const usage = `npm run bench -- [options]

  --rows <text,...>    only rows whose name contains one of these (see --list)
  --peers <name,...>   ${peerNames.join(', ')} (default stock,pool; limit is a hand-written echo without Nest)
  --rounds <n>         rounds per peer and row, taken in turns (default 5)
  --seconds <n>        length of a round (default 2)
  --smoke              every row very shortly, to see that it works; the figures mean nothing
  --check              exit code 1 unless every target is met
  --markdown           print the table for the README at the end
  --json <file>        write every round to a file
  --list               print the names of the rows
  --help`;

export interface BenchOptions {
  rows: readonly Row[];
  peers: readonly PeerName[];
  rounds: number;
  timing: RoundTiming;
  warmUp: RoundTiming;
  isSmoke: boolean;
  isCheck: boolean;
  isMarkdown: boolean;
  jsonFile?: string;
  /** Print this and do nothing else. */
  answer?: string;
}

/** Reads the command line; throws an error that says what is wrong with it. */
export function parseBenchOptions(args: string[]): BenchOptions {
  const { values } = parseArgs({
    args,
    options: {
      rows: { type: 'string', default: '' },
      peers: { type: 'string', default: 'stock,pool' },
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '2' },
      smoke: { type: 'boolean', default: false },
      check: { type: 'boolean', default: false },
      markdown: { type: 'boolean', default: false },
      json: { type: 'string' },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const windowMs = positive('seconds', values.seconds) * 1000;
  const peers = values.peers.split(',').map(peerNamed);
  if (values.check && (values.smoke || !peers.includes('stock') || !peers.includes('pool'))) {
    throw new Error('--check needs the peers stock and pool, and cannot judge --smoke');
  }
  return {
    rows: rowsContaining(values.rows),
    peers,
    rounds: values.smoke ? 1 : Math.ceil(positive('rounds', values.rounds)),
    timing: values.smoke ? { leadInMs: 50, windowMs: 150 } : { leadInMs: 300, windowMs },
    warmUp: values.smoke ? { leadInMs: 50, windowMs: 50 } : { leadInMs: 0, windowMs: 2_000 },
    isSmoke: values.smoke,
    isCheck: values.check,
    isMarkdown: values.markdown,
    jsonFile: values.json,
    answer: answerTo(values),
  };
}

function answerTo(values: { help: boolean; list: boolean }): string | undefined {
  if (values.help) {
    return usage;
  }
  return values.list ? rows.map((row) => row.name).join('\n') : undefined;
}

function rowsContaining(texts: string): Row[] {
  const chosen = rows.filter(({ name }) =>
    texts.split(',').some((text) => name.includes(text.trim())),
  );
  if (chosen.length === 0) {
    throw new Error(`no row has "${texts}" in its name; --list prints the names`);
  }
  return chosen;
}

function peerNamed(text: string): PeerName {
  const name = peerNames.find((candidate) => candidate === text.trim());
  if (!name) {
    throw new Error(`--peers: "${text}" is none of ${peerNames.join(', ')}`);
  }
  return name;
}

function positive(option: string, text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= 3600)) {
    throw new Error(`--${option}: "${text}" is no number above 0 and at most 3600`);
  }
  return value;
}
