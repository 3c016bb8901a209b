import { describe, expect, it } from 'vitest';
import { methodsOf } from '../../../../../lib/management/worker/access/route-lookup.js';

const layer = (path: string, ...methods: string[]) => ({
  route: { methods: Object.fromEntries(methods.map((method) => [method, true])) },
  match: (asked: string) => asked === path,
});
const adapterOf = (instance: unknown) => ({ getInstance: <T>() => instance as T });
const adapter = adapterOf({
  router: { stack: [{ match: () => true }, layer('/pools/a', 'get'), layer('/pools/a', 'patch')] },
});

describe('the lookup of routes', () => {
  it('finds the methods of a path', () => {
    expect(methodsOf(adapter, '/pools/a?b=c')).toEqual(['GET', 'HEAD', 'PATCH']);
    expect(methodsOf(adapter, '/pools')).toEqual([]);
  });

  it('finds nothing where there is no such router, or it fails', () => {
    const fails = () => {
      throw new URIError('URI malformed');
    };
    expect(methodsOf(adapterOf({}), '/')).toEqual([]);
    const failing = { router: { stack: [{ route: {}, match: fails }] } };
    expect(methodsOf(adapterOf(failing), '/%')).toEqual([]);
  });
});
