import type { RecordOptions } from './call-options.js';
import { checkCallOptions } from './call-options.js';

/**
 * Data together with what this one call asks for. Given to `send()` and `emit()` in place of the data;
 * the handler receives the data alone.
 */
export class SocketPoolRecord<T = unknown> {
  constructor(
    readonly data: T,
    readonly options: RecordOptions = {},
  ) {
    checkCallOptions(options, 'SocketPoolRecord');
  }
}

/**
 * Makes a {@link SocketPoolRecord}:
 *
 * ```ts
 * const record = new SocketPoolRecordBuilder(order).setDeadlineMs(500).setIdempotent().build();
 * client.send('orders.place', record);
 * ```
 */
export class SocketPoolRecordBuilder<T = unknown> {
  private options: RecordOptions = {};

  constructor(private data?: T) {}

  setData(data: T): this {
    this.data = data;
    return this;
  }

  /**
   * @param deadlineMs how long the call may take in all, in ms, from 0 (no limit) to 2^31-1; without it
   *   the limit of the pool holds
   */
  setDeadlineMs(deadlineMs: number): this {
    this.options = { ...this.options, deadlineMs };
    return this;
  }

  /** What travels beside the data; the handler finds it in its context. */
  setMetadata(metadata: Readonly<Record<string, unknown>>): this {
    this.options = { ...this.options, metadata };
    return this;
  }

  /** Says that running the call twice does no harm. Default of a call: `false`. */
  setIdempotent(idempotent = true): this {
    this.options = { ...this.options, idempotent };
    return this;
  }

  /** Whether a call made inside a handler takes over deadline, cancellation and metadata. Default of a call: `true`. */
  setInherit(inherit = true): this {
    this.options = { ...this.options, inherit };
    return this;
  }

  /**
   * @param key of 1 to 200 characters, the same whenever the same work is asked for: it travels with the
   *   call, and a server with a dedup window runs it once
   */
  setIdempotencyKey(key: string): this {
    this.options = { ...this.options, idempotencyKey: key };
    return this;
  }

  /**
   * @param stickyKey 1 to 1000 characters; calls of the same key go to the same endpoint, as long as it is
   *   there and not overloaded
   */
  setStickyKey(stickyKey: string): this {
    this.options = { ...this.options, stickyKey };
    return this;
  }

  /** @throws SocketPoolError `INVALID_OPTIONS` when a value is out of its range */
  build(): SocketPoolRecord<T> {
    return new SocketPoolRecord(this.data as T, this.options);
  }
}
