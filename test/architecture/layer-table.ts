/**
 * Who may import whom: the layer table of the README's architecture section, as data.
 * A folder may always import its own files; what is not listed is forbidden.
 */
export interface Layer {
  /** Height in the house: 0 at the bottom, 5 for the wiring into Nest. */
  readonly level: 0 | 1 | 2 | 3 | 4 | 5;
  /** Folders whose every file may be imported. */
  readonly folders: readonly string[];
  /** Folders of which only types may be imported (`import type`). */
  readonly typesOf?: readonly string[];
  /** Single files of other folders that may be imported, as patterns on the path below `lib/`. */
  readonly files?: readonly RegExp[];
}

const TOKENS = /^module\/([a-z-]+\.)?tokens\.ts$/;

export const LAYERS: Readonly<Record<string, Layer>> = {
  common: { level: 0, folders: [] },
  errors: { level: 0, folders: [] },
  protocol: { level: 1, folders: ['common', 'errors'] },
  link: { level: 1, folders: ['common', 'errors'] },
  resilience: { level: 1, folders: ['common', 'errors'] },
  metrics: { level: 1, folders: ['common'] },
  balancing: { level: 1, folders: ['common', 'errors'] },
  discovery: { level: 2, folders: ['common', 'errors', 'resilience'] },
  connection: { level: 2, folders: ['common', 'errors', 'protocol', 'link', 'metrics'] },
  pool: {
    level: 3,
    folders: [
      ...['common', 'errors', 'protocol', 'resilience', 'metrics', 'balancing'],
      ...['discovery', 'link', 'connection'],
    ],
  },
  acceptor: {
    level: 3,
    folders: ['common', 'errors', 'protocol', 'resilience', 'metrics', 'link', 'connection'],
  },
  client: { level: 4, folders: ['common', 'errors', 'protocol', 'pool'] },
  server: { level: 4, folders: ['common', 'errors', 'protocol', 'metrics', 'acceptor'] },
  module: {
    level: 5,
    folders: ['common', 'errors', 'pool', 'acceptor', 'client', 'server'],
    typesOf: ['discovery'],
  },
  health: { level: 5, folders: ['errors'], typesOf: ['metrics'], files: [TOKENS] },
  management: {
    level: 5,
    folders: ['common', 'errors', 'metrics', 'resilience'],
    files: [TOKENS],
  },
  'management/worker': {
    level: 5,
    folders: ['common', 'errors', 'protocol', 'link', 'connection', 'resilience', 'metrics'],
    files: [/^management\/management\.contract\.ts$/, /^health\/pool-verdict\.ts$/],
  },
};

/** Packages a user may leave out: loaded behind a sub-path export or on first use only. */
export const OPTIONAL_PEERS = [
  'ioredis',
  'redis',
  'ws',
  '@nestjs/terminus',
  '@nestjs/platform-express',
  '@nestjs/platform-fastify',
  '@opentelemetry/api',
  'prom-client',
  'msgpackr',
  'uplot',
] as const;

/** Packages that every installation has. */
export const REQUIRED_PEERS = [
  '@nestjs/common',
  '@nestjs/core',
  '@nestjs/microservices',
  'reflect-metadata',
  'rxjs',
] as const;

/** Files that may load what is named only when the program runs: a file of the user's, or the worker. */
export const COMPUTED_IMPORTS: readonly string[] = [
  'management/worker/own-module.ts',
  'management/inline-management.ts',
];

/** The lowest level that may know Nest and RxJS. */
export const NEST_LEVEL = 4;

/** The longest file, in lines. */
export const MAX_FILE_LINES = 300;
