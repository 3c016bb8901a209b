import { describe, expect, it } from 'vitest';
import { FrameType } from '../../../lib/protocol/frame.js';
import { nestTcpDialect } from '../../../lib/protocol/nest-tcp/nest-tcp-dialect.js';
import { requestFrame } from '../../support/scripted-client.js';
import { ServerHarness } from './server-harness.js';

const KIBIBYTE = 1024;

describe('a fast stream to a client that reads', () => {
  it('does not keep the other requests of the connection from being read', () => {
    const harness = ServerHarness.ready({ dialect: nestTcpDialect });
    const { client, clock, handler, pair } = harness;
    pair.toClient.capacityBytes = 64 * KIBIBYTE;
    let sent = 0;
    handler.onRequest = (stream) => {
      handler.streams.push(stream);
      if (stream.streamId > 1) return;
      const pump = (): void => {
        // Without an end, as far as the client of this test is concerned.
        while (sent < 2_000 && stream.canSend) {
          sent++;
          stream.next('x'.repeat(10 * KIBIBYTE));
        }
      };
      stream.owner = { onStop: () => undefined, onWritable: pump };
      pump();
    };
    client.send(requestFrame(1));
    let sentBefore: number | undefined;
    pair.toServer.onWork();
    clock.afterTurn(() => {
      client.send(requestFrame(2));
      const look = (): void => {
        if (handler.streams.length > 1) sentBefore ??= sent;
        else clock.afterTurn(look);
      };
      look();
    });
    clock.endTurn();

    expect(sent).toBe(2_000);
    expect(sentBefore).toBeLessThan(1_000);
  });

  it('does not stall, however low the high water mark', () => {
    const harness = ServerHarness.ready({
      dialect: nestTcpDialect,
      slowReader: { highWaterBytes: 1_024, maxPendingBytes: 1_048_576, timeoutMs: 100 },
    });
    const { client, clock, connection } = harness;
    client.send(requestFrame(1), requestFrame(2));
    clock.endTurn();
    const [paced, unpaced] = harness.handler.streams;
    let sent = 0;
    const pump = (): void => {
      for (; sent < 100 && paced!.canSend; sent++) paced!.next('x'.repeat(700));
    };
    paced!.owner = { onStop: () => undefined, onWritable: pump };
    pump();
    for (let count = 0; count < 20; count++) unpaced!.next('y'.repeat(700));
    clock.advance(1_000);
    client.send(requestFrame(3));
    clock.endTurn();

    expect(sent).toBe(100);
    expect(client.of(FrameType.Response)).toHaveLength(120);
    expect(connection.state).toBe('ready');
    expect(harness.stream.streamId).toBe(3);
  });
});
