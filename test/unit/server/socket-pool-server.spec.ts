import { Transport } from '@nestjs/microservices';
import { describe, expect, it } from 'vitest';
import { SocketPoolServer } from '../../../lib/server/socket-pool-server.js';

describe('a server that does not listen yet', () => {
  it('has opened nothing', () => {
    const server = new SocketPoolServer({ port: 4000 });

    expect(server.snapshot()).toMatchObject({
      state: 'idle',
      addresses: ['tcp://localhost:4000'],
      connections: [],
    });
  });

  it('has nothing to unwrap', () => {
    expect(() => new SocketPoolServer().unwrap()).toThrow(
      'Not initialized. Please call the "listen"/"startAllMicroservices" method before accessing the server.',
    );
  });

  it('can be closed, twice, and does not listen afterwards', async () => {
    const server = new SocketPoolServer({ port: 0 });
    await server.close();
    await server.close();
    const answers: unknown[][] = [];
    await new Promise<void>((resolve) =>
      server.listen((...answer) => {
        answers.push(answer);
        resolve();
      }),
    );

    expect(answers).toEqual([[expect.any(Error)]]);
  });

  it('refuses keys that cannot be used, at once', () => {
    const make = () =>
      new SocketPoolServer({ listen: 'tls://localhost:0', tlsOptions: { key: 'no key' } });

    expect(make).toThrow(/tls: /);
  });

  it('has a transport id that says what it is, and may be given another', () => {
    const server = new SocketPoolServer();
    expect(server.transportId.description).toBe('SocketPool');
    server.setTransportId(Transport.TCP);

    expect(server.transportId).toBe(Transport.TCP);
  });
});
