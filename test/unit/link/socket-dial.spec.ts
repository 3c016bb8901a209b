import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { dialSocket } from '../../../lib/link/socket-dial.js';

function dial(open: () => Socket, signal = new AbortController().signal) {
  const address = 'tcp://orders:4000';
  return dialSocket(
    { address, link: { keepAliveMs: 30_000 }, readyEvent: 'connect', open },
    signal,
  );
}

describe('dialing a socket', () => {
  it('names the failure of every address of a name', async () => {
    const socket = new Socket();
    const dialing = dial(() => socket);
    const failures = ['connect ECONNREFUSED ::1:4000', 'connect ETIMEDOUT 10.0.0.7:4000'];
    socket.emit('error', new AggregateError(failures.map((message) => new Error(message))));
    await expect(dialing).rejects.toThrow(
      'cannot connect to tcp://orders:4000: ' +
        'connect ECONNREFUSED ::1:4000, connect ETIMEDOUT 10.0.0.7:4000',
    );
    expect(socket.destroyed).toBe(true);
  });

  it('fails when the socket is closed without an error', async () => {
    const socket = new Socket();
    const dialing = dial(() => socket);
    socket.destroy();
    await expect(dialing).rejects.toMatchObject({ code: 'CONNECT_FAILED' });
  });

  it('fails when the socket cannot even be made', async () => {
    const error = new RangeError('bad port');
    const dialing = dial(() => {
      throw error;
    });
    await expect(dialing).rejects.toMatchObject({ code: 'CONNECT_FAILED', cause: error });
  });

  it('leaves no listener on the signal, however it ends', async () => {
    const controller = new AbortController();
    let listeners = 0;
    const { signal } = controller;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (type: string, listener: () => void) => {
      listeners++;
      add(type, listener);
    };
    signal.removeEventListener = (type: string, listener: () => void) => {
      listeners--;
      remove(type, listener);
    };
    const failing = new Socket();
    const failed = dial(() => failing, signal);
    failing.emit('error', new Error('refused'));
    await expect(failed).rejects.toThrow('refused');
    const working = new Socket();
    const dialed = dial(() => working, signal);
    working.emit('connect');
    (await dialed).destroy();
    expect(listeners).toBe(0);
    failing.emit('error', new Error('nobody is interested'));
  });
});
