import { defineConfig } from 'vitest/config';

/** Manual clocks and memory links: quick, no sockets. */
const QUICK_MS = 5_000;
/** Real sockets in one process. */
const SOCKETS_MS = 20_000;
/** Whole applications, packing, other processes. */
const APPS_MS = 120_000;

interface Suite {
  readonly name: string;
  readonly folders: readonly string[];
  readonly timeoutMs: number;
  /** Groups run one after the other, so that load from one does not disturb timings in the next. */
  readonly group: number;
  /** Files at a time; as many as there are cores when left out. */
  readonly workers?: number;
  /** Real sockets and processes on a machine that others use, too: in CI a failure has to repeat to count. */
  readonly usesMachine?: boolean;
}

const CI_RETRIES = process.env.CI === undefined ? 0 : 2;

const SUITES: readonly Suite[] = [
  { name: 'unit', folders: ['unit', 'types'], timeoutMs: QUICK_MS, group: 0 },
  { name: 'property', folders: ['property', 'simulation'], timeoutMs: SOCKETS_MS, group: 0 },
  { name: 'contract', folders: ['contract'], timeoutMs: SOCKETS_MS, group: 1 },
  {
    name: 'integration',
    folders: ['integration'],
    timeoutMs: SOCKETS_MS,
    group: 1,
    usesMachine: true,
  },
  { name: 'architecture', folders: ['architecture'], timeoutMs: APPS_MS, group: 1 },
  {
    name: 'e2e',
    folders: ['e2e'],
    timeoutMs: APPS_MS,
    group: 2,
    workers: 2,
    usesMachine: true,
  },
  // Real processes under load: nothing else may run beside them.
  {
    name: 'chaos',
    folders: ['chaos'],
    timeoutMs: APPS_MS,
    group: 3,
    workers: 1,
    usesMachine: true,
  },
];

function project({ name, folders, timeoutMs, group, workers, usesMachine }: Suite) {
  return {
    extends: true as const,
    test: {
      name,
      include: folders.map((folder) => `test/${folder}/**/*.spec.ts`),
      testTimeout: timeoutMs,
      hookTimeout: Math.max(timeoutMs, 10_000),
      sequence: { groupOrder: group },
      retry: usesMachine === true ? CI_RETRIES : 0,
      ...(workers === undefined ? {} : { maxWorkers: workers }),
    },
  };
}

export default defineConfig({
  // Nest's injector reads decorator metadata, which this transform writes as tsc does.
  oxc: { decorator: { legacy: true, emitDecoratorMetadata: true } },
  test: {
    setupFiles: ['reflect-metadata'],
    restoreMocks: true,
    projects: SUITES.map(project),
    coverage: {
      provider: 'v8',
      include: ['lib/**/*.ts'],
      reporter: ['text-summary', 'html', 'json-summary'],
      // Lines and functions only: decorator metadata distorts branches.
      thresholds: { lines: 85, functions: 85 },
    },
  },
});
