/**
 * The public API. `nestjs-socket-pool/health` has what needs `@nestjs/terminus`.
 */

// Nest: server, client, module
export { SOCKET_POOL_TRANSPORT, SocketPoolServer } from './server/socket-pool-server.js';
export type {
  SocketPoolServerAddresses,
  SocketPoolServerStatus,
} from './server/socket-pool-server.js';
export type { DedupCounts } from './server/deduplication.js';
export type { SocketPoolServerOptions } from './server/server-options.js';
export { MaxConcurrency } from './server/max-concurrency.decorator.js';
export type { MaxConcurrencyOptions } from './server/max-concurrency.decorator.js';
export { SocketPoolContext } from './server/socket-pool-context.js';
export type { SocketPoolContextArgs, SocketPoolSocketRef } from './server/socket-pool-context.js';
export type { AcceptorEvents } from './acceptor/acceptor-events.js';
export type { ConnectionPeer } from './connection/connection-peer.js';
export { SocketPoolClient } from './client/socket-pool-client.js';
export type { SocketPoolClientOptions } from './client/client-options.js';
export type { SharedPoolOptions } from './client/pool-origin.js';
export type { CallOptions, RecordOptions } from './client/call-options.js';
export type { SocketPoolClientEvents, SocketPoolStatus } from './client/client-events.js';
export { SocketPoolRecord, SocketPoolRecordBuilder } from './client/socket-pool-record.js';
export { poolChannelName } from './client/pool-diagnostics.js';
export { SocketPoolModule } from './module/socket-pool.module.js';
export type {
  ExclusivePoolAsyncDefinition,
  ExclusivePoolDefinition,
  SocketPoolClientAsyncDefinition,
  SocketPoolClientDefinition,
  SocketPoolClientGroup,
  SocketPoolDefaults,
  SocketPoolOptionsFactory,
} from './module/module-options.js';
export {
  InjectExclusivePool,
  InjectSocketPool,
  InjectSocketPoolClient,
} from './module/inject.decorators.js';
export {
  getExclusivePoolToken,
  getSocketPoolClientToken,
  getSocketPoolToken,
} from './module/socket-pool.tokens.js';

// The pool, which knows nothing of Nest
export { SocketPool } from './pool/socket-pool.js';
export type { PingOptions } from './pool/socket-pool.js';
export { createSocketPool } from './pool/create-socket-pool.js';
export type { PoolOptions, PoolOptionsInput } from './pool/pool-options.js';
export type { EndpointAction, PoolControl, PoolSizing } from './pool/pool-control.js';
export type { Call, CallRequest, CallSink } from './pool/call.js';
export type { EventSink } from './pool/event-call.js';
export type {
  ConnectFailedEvent,
  EjectedEvent,
  ConnectionClosedEvent,
  ConnectionEvent,
  PoolEvents,
} from './pool/pool-events.js';

// Exclusive mode: one user at a time for each link
export { ExclusivePool } from './pool/exclusive/exclusive-pool.js';
export type { UseOptions } from './pool/exclusive/exclusive-pool.js';
export { createExclusivePool } from './pool/exclusive/create-exclusive-pool.js';
export type {
  ExclusivePoolOptions,
  ExclusivePoolOptionsInput,
} from './pool/exclusive/exclusive-options.js';
export type { ExclusiveControl, ExclusiveSizing } from './pool/exclusive/exclusive-control.js';
export type { ExclusivePoolEvents, LeaseLeakedEvent } from './pool/exclusive/exclusive-events.js';
export type { Lease } from './pool/exclusive/lease.js';
export type { AcquireOptions } from './pool/exclusive/lease-waiter.js';
export type { LinkResource, LinkStream, ResourceContext } from './pool/exclusive/link-resource.js';

// Discovery: where endpoints come from
export type { Discovery, DiscoveryListener } from './discovery/discovery.js';
export type { Endpoint, EndpointInput } from './discovery/endpoint.js';
export { createEndpoint } from './discovery/endpoint.js';
export { StaticDiscovery } from './discovery/static-discovery.js';
export { DnsDiscovery } from './discovery/dns-discovery.js';
export type { DnsDiscoveryOptions } from './discovery/dns-options.js';
export type {
  AddressAnswer,
  DnsResolver,
  HostAddress,
  IpFamily,
  ServiceAnswer,
  ServiceRecord,
} from './discovery/dns-resolver.js';
export { NameServerResolver } from './discovery/name-server-resolver.js';
export type { NameServerResolverOptions } from './discovery/name-server-resolver.js';
export { PollingDiscovery } from './discovery/polling-discovery.js';
export type { DiscoveryEnvironment } from './discovery/polling-discovery.js';
export type {
  EndpointsAnswer,
  LoadEndpoints,
  PollingDiscoveryOptions,
} from './discovery/polling-options.js';

// Errors
export { SocketPoolError } from './errors/socket-pool-error.js';
export { ERROR_CODES } from './errors/error-codes.js';
export type { ErrorCode, Processed } from './errors/error-codes.js';

// Snapshots
export type { CircuitsSnapshot, EjectionSnapshot } from './metrics/ejection-snapshot.js';
export type {
  AcceptorSnapshot,
  AcceptorState,
  AdmissionSnapshot,
  ConnectionSnapshot,
  ConnectionState,
  DiscoverySnapshot,
  EndpointSnapshot,
  EndpointState,
  LeaseCounts,
  PoolSnapshot,
  PoolState,
} from './metrics/snapshot.js';
