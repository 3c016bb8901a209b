import { describe, expect, it } from 'vitest';
import { withDefaults } from '../../../lib/module/option-defaults.js';

describe('the defaults of all clients', () => {
  it('hold where a client says nothing', () => {
    const defaults = { deadlineMs: 5, host: 'a', port: 1 };
    expect(withDefaults(defaults, { deadlineMs: 7 })).toEqual({
      deadlineMs: 7,
      host: 'a',
      port: 1,
    });
  });

  it('join with groups option by option', () => {
    const defaults = { pool: { maxConnections: 2, idleTimeoutMs: 500 }, heartbeat: { misses: 5 } };
    expect(withDefaults(defaults, { pool: { maxConnections: 3 } })).toEqual({
      pool: { maxConnections: 3, idleTimeoutMs: 500 },
      heartbeat: { misses: 5 },
    });
  });

  it('give way to a group that is switched off, and to one that is not', () => {
    expect(withDefaults({ heartbeat: { misses: 5 } }, { heartbeat: false }).heartbeat).toBe(false);
    expect(withDefaults({ heartbeat: false }, { heartbeat: { misses: 5 } }).heartbeat).toEqual({
      misses: 5,
    });
  });

  it('are taken away by undefined', () => {
    expect(withDefaults({ tlsOptions: {} }, { tlsOptions: undefined }).tlsOptions).toBeUndefined();
  });

  it('do not join what is no group', () => {
    const tlsOptions = { ca: 'x' };
    expect(withDefaults({ tlsOptions: { servername: 'a' } }, { tlsOptions }).tlsOptions).toBe(
      tlsOptions,
    );
  });

  it.each([
    [{ host: 'a', port: 1 }, { endpoints: ['tcp://b:2'] }, { endpoints: ['tcp://b:2'] }],
    [{ endpoints: ['tcp://a:1'] }, { port: 2 }, { port: 2 }],
    [{ host: 'a', port: 1 }, { port: 2 }, { host: 'a', port: 2 }],
    [{ endpoints: ['tcp://a:1'] }, {}, { endpoints: ['tcp://a:1'] }],
  ])('of addresses give way to another kind of address: %j with %j', (defaults, own, joined) => {
    expect(withDefaults(defaults, own)).toEqual(joined);
  });

  it('leave unknown options for the check to find', () => {
    expect(withDefaults({}, { speed: 1 } as never)).toEqual({ speed: 1 });
    expect(withDefaults({ toString: 1 } as never, { toString: 2 } as never)).toEqual({
      toString: 2,
    });
  });
});
