import { getJson } from './load.js';

/** One of each kind of exchange, printed as it went. */
export async function showExamples(gateway: string): Promise<void> {
  const order = await getJson(undefined, `${gateway}/orders/7`);
  console.log(`  request    GET /orders/7 -> ${JSON.stringify(order)}`);
  const { views } = await getJson(undefined, `${gateway}/orders/views`);
  console.log(
    `  event      each look at an order emits an event; so far ${String(views)} arrived at one instance`,
  );
  const tracked = await (await fetch(`${gateway}/orders/7/track`)).text();
  console.log(`  stream     GET /orders/7/track -> ${tracked.trim().split('\n').join(' ')}`);
  const missing = await fetch(`${gateway}/orders/1000000`);
  console.log(`  error      GET /orders/1000000 -> ${missing.status} ${await missing.text()}`);
}
