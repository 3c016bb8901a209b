import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { Worker } from 'node:worker_threads';

/** Listens, and then never accepts: what does not fit the kernel's queue is dropped without an answer. */
const LISTENER = `
const { parentPort, workerData } = require('node:worker_threads');
const server = require('node:net').createServer();
server.listen({ host: workerData.host, port: 0, backlog: 1 }, () => {
  parentPort.postMessage(server.address().port);
  Atomics.wait(new Int32Array(workerData.shared), 0, 0);
});`;
const MAX_FILLERS = 16;
const SILENCE_MS = 200;

/** A port to which packets go and from which none return, as with a network that drops them. */
export class BlackHole {
  private constructor(
    readonly port: number,
    private readonly worker: Worker,
    private readonly fillers: readonly Socket[],
  ) {}

  static async open(host: string): Promise<BlackHole> {
    const workerData = { host, shared: new SharedArrayBuffer(4) };
    const worker = new Worker(LISTENER, { eval: true, workerData });
    const [port] = (await once(worker, 'message')) as [number];
    const fillers: Socket[] = [];
    for (let isFull = false; !isFull;) {
      if (fillers.length === MAX_FILLERS) throw new Error('the queue of the kernel is never full');
      const socket = connect({ host, port, timeout: SILENCE_MS });
      socket.on('error', () => undefined);
      fillers.push(socket);
      isFull = await Promise.race([
        once(socket, 'timeout').then(() => socket.connecting),
        once(socket, 'connect').then(() => false),
      ]);
    }
    return new BlackHole(port, worker, fillers);
  }

  async close(): Promise<void> {
    for (const socket of this.fillers) socket.destroy();
    await this.worker.terminate();
  }
}
