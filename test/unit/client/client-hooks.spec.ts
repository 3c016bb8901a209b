import { IncomingResponseDeserializer } from '@nestjs/microservices';
import { IdentitySerializer } from '@nestjs/microservices/serializers/identity.serializer.js';
import { describe, expect, it } from 'vitest';
import { toClientHooks } from '../../../lib/client/client-hooks.js';

const serializer = new IdentitySerializer();
const deserializer = new IncomingResponseDeserializer();

describe('packet hooks', () => {
  it('are none for what Nest does by default', () => {
    expect(toClientHooks({ serializer, deserializer })).toBeUndefined();
  });

  it('call the serializer and the deserializer of the user', () => {
    const hooks = toClientHooks({
      serializer: { serialize: (packet) => ({ sealed: packet }) },
      deserializer: { deserialize: (value: unknown) => ({ id: '1', response: value }) },
    });
    expect(hooks?.serialize?.({ pattern: 'p' })).toEqual({ sealed: { pattern: 'p' } });
    expect(hooks?.deserialize?.(7)).toEqual({ id: '1', response: 7 });
  });

  it('are only those that are needed', () => {
    const hooks = toClientHooks({ serializer: { serialize: String }, deserializer });
    expect(hooks?.serialize).toBeTypeOf('function');
    expect(hooks?.deserialize).toBeUndefined();
  });

  it('include classes that derive from the default ones', () => {
    class Derived extends IncomingResponseDeserializer {}
    expect(toClientHooks({ serializer, deserializer: new Derived() })?.deserialize).toBeDefined();
  });
});
