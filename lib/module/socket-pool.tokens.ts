/** The token of the client that was registered under a name. */
export function getSocketPoolClientToken(name: string): string {
  return `SocketPoolClient(${name})`;
}

/** The token of the pool of the client that was registered under a name. */
export function getSocketPoolToken(name: string): string {
  return `SocketPool(${name})`;
}

/** The token of the exclusive pool that was registered under a name. */
export function getExclusivePoolToken(name: string): string {
  return `ExclusivePool(${name})`;
}

/** The token of what `SocketPoolModule.forRoot` was given: the defaults of all clients. */
export const SOCKET_POOL_DEFAULTS = Symbol('SOCKET_POOL_DEFAULTS');
