import { SocketPool } from '../pool/socket-pool.js';

/**
 * The pool in a form that survives an `instanceDecorator`. Nest hands every provider to it, and a
 * decorator that wraps them in a Proxy calls methods with the Proxy as `this`, where private fields
 * are out of reach. Here every member is bound to the pool itself.
 */
export function proxySafe(pool: SocketPool): SocketPool {
  const members = Object.getOwnPropertyDescriptors(SocketPool.prototype) as Record<
    string,
    PropertyDescriptor
  >;
  const bound = Object.entries(members)
    .filter(([name]) => name !== 'constructor')
    .map(([name, member]) => [name, bindMember(member, pool)]);
  return Object.create(
    SocketPool.prototype,
    Object.fromEntries(bound) as PropertyDescriptorMap,
  ) as SocketPool;
}

function bindMember(member: PropertyDescriptor, pool: SocketPool): PropertyDescriptor {
  if (member.get !== undefined) return { get: member.get.bind(pool), configurable: true };
  const method = member.value as (...args: unknown[]) => unknown;
  return { value: method.bind(pool), configurable: true, writable: true };
}
