// Entry of `npm run bench`: compiles the benchmark (its Nest handlers use decorators) and runs it.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');
const project = fileURLToPath(new URL('./tsconfig.json', import.meta.url));
const compiled = spawnSync(process.execPath, [compiler, '-p', project], { stdio: 'inherit' });
if (compiled.status !== 0) {
  process.exit(compiled.status ?? 1);
}

const { main } = await import('./dist/main.js');
process.exitCode = await main(process.argv.slice(2));
