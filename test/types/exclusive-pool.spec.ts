import { expectTypeOf, it } from 'vitest';
import type { LinkStream } from '../../lib/link/link-stream.js';
import { createExclusivePool } from '../../lib/pool/exclusive/create-exclusive-pool.js';
import type { ExclusivePool } from '../../lib/pool/exclusive/exclusive-pool.js';

const endpoints = ['tcp://127.0.0.1:1'];

class Client {
  constructor(readonly link: LinkStream) {}

  ask(question: string): Promise<number> {
    return Promise.resolve(question.length);
  }
}

it('a lease holds what `create` makes', () => {
  const pool = createExclusivePool({
    endpoints,
    resource: {
      create: (link) => new Client(link),
      validate: async (client) => (await client.ask('ping')) > 0,
      destroy: (client, { signal }) => void [client.ask('quit'), signal.aborted],
    },
  });
  expectTypeOf(pool).toEqualTypeOf<ExclusivePool<Client>>();
  const use = () => pool.use((client) => client.ask('one'), { keepAfter: () => true });
  expectTypeOf(use).returns.resolves.toEqualTypeOf<number>();
});

it('a promise of a client is as good', () => {
  const pool = createExclusivePool({
    endpoints,
    resource: { create: (link) => Promise.resolve(new Client(link)) },
  });
  expectTypeOf(pool).toEqualTypeOf<ExclusivePool<Client>>();
});

it('without a resource it is the stream', () => {
  const pool = createExclusivePool({ endpoints });
  expectTypeOf(pool).toEqualTypeOf<ExclusivePool<LinkStream>>();
});

it('what is no resource, and options of other pools, do not compile', () => {
  const bad = () => {
    // @ts-expect-error `create` is needed
    createExclusivePool({ endpoints, resource: { validate: () => true } });
    // @ts-expect-error an exclusive pool has no dialect
    createExclusivePool({ endpoints, dialect: 'binary' });
  };
  expectTypeOf(bad).returns.toBeVoid();
});
