import { defineConfig } from 'vitest/config';

/** Suites with manual clocks and memory links: quick, no sockets. */
const QUICK_MS = 5_000;
/** Suites on real sockets or processes. */
const SOCKETS_MS = 20_000;
/** Suites that start whole applications, pack or install. */
const APPS_MS = 120_000;

function suite(name: string, include: string[], testTimeout: number) {
  return {
    extends: true as const,
    test: {
      name,
      include: include.map((folder) => `test/${folder}/**/*.spec.ts`),
      testTimeout,
      hookTimeout: Math.max(testTimeout, 10_000),
    },
  };
}

export default defineConfig({
  // Nest's injector reads decorator metadata, which this transform writes as tsc does.
  oxc: { decorator: { legacy: true, emitDecoratorMetadata: true } },
  test: {
    globals: false,
    setupFiles: ['reflect-metadata'],
    restoreMocks: true,
    projects: [
      suite('unit', ['unit', 'types'], QUICK_MS),
      suite('contract', ['contract'], SOCKETS_MS),
      suite('property', ['property', 'simulation'], SOCKETS_MS),
      suite('integration', ['integration'], SOCKETS_MS),
      suite('e2e', ['e2e'], APPS_MS),
      suite('architecture', ['architecture'], APPS_MS),
    ],
    coverage: {
      provider: 'v8',
      include: ['lib/**/*.ts'],
      reporter: ['text-summary', 'html', 'json-summary'],
      // Lines and functions only: decorator metadata distorts branches.
      thresholds: { lines: 85, functions: 85 },
    },
  },
});
