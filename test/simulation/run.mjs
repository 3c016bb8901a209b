// Entry of `npm run simulate`: the figures of the balancing policies, as a table.
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

const { module } = await runnerImport(fileURLToPath(new URL('./main.ts', import.meta.url)));
process.stdout.write(module.report());
