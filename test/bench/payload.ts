/** What the rows send. Every handler echoes its payload, so both directions carry the same bytes. */

export type PayloadName = 'small' | 'object1KiB' | 'bytes64KiB';

/** As small as a request gets, `find by id`: it shows the cost per message and nothing else. */
const small = { id: 42 };

/** 1 024 bytes of JSON with nesting, numbers and strings: the request that shows the codec. */
const object1KiB = padTo(1024, {
  id: 42,
  customer: { name: 'Ada Lovelace', address: { street: 'St James Square 12', city: 'London' } },
  paid: true,
  lines: Array.from({ length: 12 }, (_, line) => ({
    sku: `A-${1000 + line}`,
    quantity: line,
    price: 9.75,
  })),
});

const bytes64KiB = Buffer.alloc(64 * 1024, 'nestjs-socket-pool');

export const payloads: Readonly<Record<PayloadName, object>> = { small, object1KiB, bytes64KiB };

function padTo(bytes: number, value: object): object {
  const missing = bytes - JSON.stringify({ ...value, note: '' }).length;
  return { ...value, note: '.'.repeat(missing) };
}
