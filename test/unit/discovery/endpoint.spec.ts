import { describe, expect, it } from 'vitest';
import type { EndpointInput } from '../../../lib/discovery/endpoint.js';
import { createEndpoint } from '../../../lib/discovery/endpoint.js';
import { SocketPoolError } from '../../../lib/errors/socket-pool-error.js';

const unusable = (input: unknown): SocketPoolError => {
  try {
    createEndpoint(input as EndpointInput);
  } catch (error) {
    return error as SocketPoolError;
  }
  throw new Error('the endpoint was accepted');
};

describe('createEndpoint', () => {
  it('makes an endpoint of an address alone', () => {
    expect(createEndpoint('tcp://10.0.0.7:4000')).toEqual({
      key: 'tcp://10.0.0.7:4000',
      address: 'tcp://10.0.0.7:4000',
      weight: 1,
      zone: undefined,
      metadata: {},
    });
  });

  it('keeps what is given', () => {
    const input = {
      address: 'unix:/run/x.sock',
      key: 'a',
      weight: 0,
      zone: 'eu-1',
      metadata: { v: 2 },
    };
    expect(createEndpoint(input)).toEqual(input);
  });

  it('is frozen, and does not change with what it was made of', () => {
    const metadata = { version: 1 };
    const endpoint = createEndpoint({ address: 'tcp://a:1', metadata });
    metadata.version = 2;
    expect(endpoint.metadata).toEqual({ version: 1 });
    expect(Object.isFrozen(endpoint)).toBe(true);
    expect(Object.isFrozen(endpoint.metadata)).toBe(true);
  });

  it('names everything that is not usable in one error', () => {
    const error = unusable({ address: '', key: 7, weight: -1, zone: [], metadata: 'x' });
    expect(error.code).toBe('INVALID_OPTIONS');
    expect(error.message.split('\n')).toEqual([
      '5 options are not usable for an endpoint:',
      "  - address: '' is not an address such as tcp://10.0.0.7:4000",
      '  - key: 7 is not a text',
      '  - weight: -1 is not a number from 0 to 65535',
      '  - zone: [] is not a text',
      "  - metadata: 'x' is not an object",
    ]);
  });

  it.each([undefined, null, 7, {}, Number.NaN])('refuses %j', (input) => {
    expect(unusable(input)).toBeInstanceOf(SocketPoolError);
  });

  it.each([Number.NaN, Infinity, 65_536, '1'])('refuses the weight %s', (weight) => {
    expect(unusable({ address: 'tcp://a:1', weight }).message).toContain('weight');
  });
});
