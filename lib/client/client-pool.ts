import type { LoggerService } from '@nestjs/common';
import { callScopes } from '../common/call-scope.js';
import { systemClock } from '../common/clock.js';
import type { PacketHooks } from '../protocol/dialect.js';
import { createSocketPool } from '../pool/create-socket-pool.js';
import type { SocketPool } from '../pool/socket-pool.js';
import type { SocketPoolStatus } from './client-events.js';
import type { ClientSetup } from './client-options.js';
import { startEagerly } from './eager-start.js';
import type { Inheritance } from './inheritance.js';
import type { ClientListener } from './pool-attachment.js';
import { PoolAttachment } from './pool-attachment.js';
import type { PoolOrigin } from './pool-origin.js';

export interface ClientPoolOwner {
  readonly logger: LoggerService;
  /** Asked when a pool is made, so that a derived class has had its say. */
  makeHooks(): PacketHooks | undefined;
  onStatus(status: SocketPoolStatus): void;
  /** Joined while the client may make calls. */
  readonly inheritance: Inheritance;
}

/**
 * The pool of a client over the client's life: made when it is first wanted, closed with the client,
 * made anew when the client is used again, and closed for good when the application ends.
 */
export class ClientPool {
  private readonly setup: ClientSetup | undefined;
  private readonly shared: SocketPool | undefined;
  private attachment: PoolAttachment | undefined;
  private listeners: ClientListener[] = [];
  private connecting: Promise<void> | undefined;
  private closing: Promise<unknown> | undefined;
  private isShutDown = false;

  /** The pool, where there is one. */
  current: SocketPool | undefined;

  constructor(
    origin: PoolOrigin,
    private readonly owner: ClientPoolOwner,
  ) {
    this.setup = 'setup' in origin ? origin.setup : undefined;
    this.shared = 'shared' in origin ? origin.shared : undefined;
    owner.inheritance.join();
    if (this.shared !== undefined) this.attach(this.shared);
  }

  /** The pool, made if there is none. */
  get pool(): SocketPool {
    return this.current ?? this.attach(this.shared ?? this.make());
  }

  get isReady(): boolean {
    return this.current?.isReady === true;
  }

  /** A call without a connection connects at once, and fails when that fails. */
  get connectsOnDemand(): boolean {
    return this.setup?.connectsOnDemand === true;
  }

  connect(): Promise<void> {
    if (this.connecting !== undefined) return this.connecting;
    const attempt = this.establish().finally(() => {
      if (this.connecting === attempt) this.connecting = undefined;
    });
    this.connecting = attempt;
    return attempt;
  }

  async close(): Promise<void> {
    const { current, attachment } = this;
    this.owner.inheritance.leave();
    if (current !== undefined) {
      if (!this.isShutDown) this.current = undefined;
      this.connecting = undefined;
      this.listeners = [];
      this.closing = Promise.all([this.closing, this.release(current, attachment)]);
    }
    await this.closing;
  }

  /** As `close()`, and nothing opens a connection again. */
  async shutDown(): Promise<void> {
    this.isShutDown = true;
    if (this.shared === undefined) this.current = this.pool;
    await this.close();
  }

  async startWithApplication(): Promise<void> {
    if (this.setup?.startsEagerly !== true) return;
    const { logger } = this.owner;
    await startEagerly(this.pool, this.setup.startTimeoutMs, { clock: systemClock, logger });
  }

  listen(listener: ClientListener): void {
    this.listeners.push(listener);
    if (this.current !== undefined) this.attachment?.listen(listener);
  }

  private async establish(): Promise<void> {
    const { pool } = this;
    try {
      await callScopes.leave(() => pool.ready());
    } catch (error) {
      if (this.current === pool) this.owner.onStatus('disconnected');
      throw error;
    }
  }

  private make(): SocketPool {
    return createSocketPool({ ...this.setup?.pool, hooks: this.owner.makeHooks() });
  }

  private attach(pool: SocketPool): SocketPool {
    this.current = pool;
    this.owner.inheritance.join();
    const attachment = new PoolAttachment(pool, (status) => {
      // What becomes of a pool that another has replaced is nobody's business any more.
      if (this.current === pool || this.current === undefined) this.owner.onStatus(status);
    });
    if (pool !== this.shared) attachment.report(this.owner.logger);
    for (const listener of this.listeners) attachment.listen(listener);
    this.attachment = attachment;
    return pool;
  }

  private async release(pool: SocketPool, attachment: PoolAttachment | undefined): Promise<void> {
    if (pool !== this.shared) await pool.close();
    attachment?.dispose();
  }
}
