import { Worker } from 'node:worker_threads';
import type { Clock, Timer } from '../common/clock.js';
import type { Random } from '../common/random.js';
import { messageOf } from '../errors/socket-pool-error.js';
import { Backoff } from '../resilience/backoff.js';
import type { ToManagement, ToService, ThreadSetup } from './management.contract.js';
import { CONTRACT_VERSION } from './management.contract.js';

const START_TIMEOUT_MS = 15_000;
const CLOSE_TIMEOUT_MS = 3_000;
/** A thread that lived this long starts its respawns afresh. */
const STABLE_MS = 60_000;

/** The management application, wherever it runs. */
export interface ManagementPartner {
  /**
   * @returns the address of the management port
   * @throws Error when it cannot listen there, or does not answer in time
   */
  start(): Promise<string>;
  post(message: ToManagement): void;
  /** Idempotent. */
  close(): Promise<void>;
}

export interface ManagementThreadOwner {
  onMessage(message: ToService): void;
  /** Listening at that address, at the start and after every respawn. */
  onReady(address: string, beaconPort?: number): void;
  /** The thread died; another follows in `respawnInMs`. */
  onDied(reason: string, respawnInMs: number): void;
}

/**
 * The management thread, as the service sees it. It never takes the service with it: when it dies it is
 * started again, with growing waits.
 *
 *   starting ──ready──▶ running ──died──▶ waiting ──▶ starting
 *       └─ failed at the first start: the application does not start
 */
export class ManagementThread implements ManagementPartner {
  private worker: Worker | undefined;
  private respawn: Timer | undefined;
  private readonly backoff: Backoff;
  private startedAt = 0;
  private isClosed = false;

  constructor(
    private readonly data: ThreadSetup,
    private readonly time: { readonly clock: Clock; readonly random: Random },
    private readonly owner: ManagementThreadOwner,
  ) {
    this.backoff = new Backoff(time.random, { initialMs: 500, maxMs: 30_000 });
  }

  /**
   * @returns the address of the management port
   * @throws Error when it cannot listen there, or does not answer in time
   */
  start(): Promise<string> {
    return new Promise((resolve, reject) => {
      const timer = this.time.clock.schedule(
        START_TIMEOUT_MS,
        () => fail(`it did not start within ${START_TIMEOUT_MS} ms`),
        true,
      );
      const fail = (reason: string): void => {
        timer.cancel();
        this.isClosed = true;
        void this.worker?.terminate();
        reject(new Error(`the management application could not be started: ${reason}`));
      };
      this.spawn({
        onReady: (address) => {
          timer.cancel();
          resolve(address);
        },
        onFailed: fail,
      });
    });
  }

  post(message: ToManagement): void {
    this.worker?.postMessage(message);
  }

  /** Lets the management application close in order, and ends its thread. Idempotent. */
  async close(): Promise<void> {
    this.isClosed = true;
    this.respawn?.cancel();
    const { worker } = this;
    this.worker = undefined;
    if (worker === undefined) return;
    const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
    worker.postMessage({ type: 'close' } satisfies ToManagement);
    const timer = this.time.clock.schedule(CLOSE_TIMEOUT_MS, () => void worker.terminate(), true);
    await exited;
    timer.cancel();
  }

  private spawn(first?: {
    onReady: (address: string) => void;
    onFailed: (reason: string) => void;
  }): void {
    this.startedAt = this.time.clock.now();
    const worker = new Worker(new URL('./worker/main.js', import.meta.url), {
      name: 'nestjs-socket-pool management',
      workerData: { ...this.data, version: CONTRACT_VERSION },
      // The thread must not end the process, nor keep it.
      stdout: false,
      stderr: false,
    });
    this.worker = worker;
    let isFirst = first !== undefined;
    let lastError = 'it ended';
    worker.on('message', (message: ToService) => {
      if (message.type === 'ready') {
        isFirst = false;
        first?.onReady(message.address);
        this.owner.onReady(message.address, message.beaconPort);
      } else if (message.type === 'failed') {
        lastError = message.message;
        if (isFirst) first?.onFailed(message.message);
      } else this.owner.onMessage(message);
    });
    worker.on('error', (error) => {
      lastError = messageOf(error);
      if (isFirst) first?.onFailed(lastError);
    });
    worker.once('exit', () => this.onExit(worker, lastError));
    worker.unref();
  }

  private onExit(worker: Worker, reason: string): void {
    if (this.isClosed || this.worker !== worker) return;
    this.worker = undefined;
    if (this.time.clock.now() - this.startedAt > STABLE_MS) this.backoff.reset();
    const delayMs = this.backoff.next();
    this.owner.onDied(reason, delayMs);
    this.respawn = this.time.clock.schedule(delayMs, () => this.spawn());
  }
}
