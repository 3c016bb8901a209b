/**
 * The pool in a form that survives an `instanceDecorator`. Nest hands every provider to it, and a
 * decorator that wraps them in a Proxy calls methods with the Proxy as `this`, where private fields
 * are out of reach. Here every member is bound to the pool itself.
 */
export function proxySafe<Pool extends object>(pool: Pool): Pool {
  const prototype = Object.getPrototypeOf(pool) as object;
  const bound: PropertyDescriptorMap = {};
  for (const name of Reflect.ownKeys(prototype)) {
    if (name === 'constructor') continue;
    const member = Object.getOwnPropertyDescriptor(prototype, name)!;
    bound[name as string] = bindMember(member, pool);
  }
  return Object.create(prototype, bound) as Pool;
}

function bindMember(member: PropertyDescriptor, pool: object): PropertyDescriptor {
  if (member.get !== undefined) return { get: member.get.bind(pool), configurable: true };
  const method = member.value as (...args: unknown[]) => unknown;
  return { value: method.bind(pool), configurable: true, writable: true };
}
