/**
 * `npm run bench:management`: what the management port costs the service, and how soon it answers while the
 * service is stuck. The library must have been built (the script of npm sees to it); wants a quiet machine.
 * `-- --smoke` only sees whether it works.
 */
import { measureProbeCost } from './probe-cost.mjs';
import { measureStuckRoutes } from './stuck-routes.mjs';
import { table } from './table.mjs';

const isSmoke = process.argv.includes('--smoke');

const cost = await measureProbeCost(
  isSmoke ? { seconds: 1, rounds: 1 } : { seconds: 10, rounds: 3 },
);
console.log(table('200 probes a second, beside 500 calls a second', cost));
const routes = await measureStuckRoutes(isSmoke ? { questions: 3 } : { questions: 200 });
console.log(table('every route while the service is stuck, in ms', routes));

const failed = [...cost, ...routes].filter((row) => row.promise === 'broken');
if (failed.length > 0) console.log(`${failed.length} promises were broken`);
if (failed.length > 0 && !isSmoke) process.exitCode = 1;
