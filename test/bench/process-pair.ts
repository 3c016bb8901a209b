import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { BenchProcess } from './bench-process.js';
import type { ClientWindow } from './client-process.js';
import type { Cores } from './cores.js';
import type { Address, PeerName } from './peers/peer.js';
import type { Row } from './row.js';
import type { ServerWindow } from './server-process.js';

/** What one round measured. */
export interface Round {
  /** Calls, items or events per second. */
  rate: number;
  p50Us?: number;
  p99Us?: number;
  /** CPU seconds per 100 000 calls, items or events. */
  clientCpu: number;
  serverCpu: number;
  /** Large messages per second beside the counted calls. */
  besidesRate?: number;
}

export interface RoundTiming {
  /** Load before the window opens, so that both ends are warm and the queues have their usual length. */
  leadInMs: number;
  windowMs: number;
}

/** The two processes of one peer. */
export class ProcessPair {
  private constructor(
    private readonly server: BenchProcess,
    private readonly client: BenchProcess,
  ) {}

  static async start(peer: PeerName, cores: Cores | undefined): Promise<ProcessPair> {
    const address = await freeAddress();
    const pair = new ProcessPair(
      BenchProcess.start(`${peer} server`, './server-process.js', cores?.server),
      BenchProcess.start(`${peer} client`, './client-process.js', cores?.client),
    );
    try {
      await pair.server.ask('start', { peer, address });
      await pair.client.ask('start', { peer, address });
    } catch (error) {
      await pair.stop();
      throw error;
    }
    return pair;
  }

  prepareRow(row: Row): Promise<void> {
    return this.client.ask('prepareRow', row.name);
  }

  async measure(timing: RoundTiming): Promise<Round> {
    await this.client.ask('startLoad');
    await wait(timing.leadInMs);
    await Promise.all([this.client.ask('openWindow'), this.server.ask('openWindow')]);
    await wait(timing.windowMs);
    const [client, server] = await Promise.all([
      this.client.ask<ClientWindow>('closeWindow'),
      this.server.ask<ServerWindow>('closeWindow'),
    ]);
    await this.client.ask('stopLoad');
    return toRound(client, server);
  }

  async stop(): Promise<void> {
    await this.client.stop();
    await this.server.stop();
  }
}

/** Events are counted where they are delivered, everything else where the answer arrives. */
function toRound(client: ClientWindow, server: ServerWindow): Round {
  const isEvents = client.latency === undefined;
  const completed = isEvents ? server.eventsDelivered : client.completed;
  const elapsedMs = isEvents ? server.elapsedMs : client.elapsedMs;
  if (completed === 0) {
    throw new Error('nothing was completed in the whole window');
  }
  return {
    rate: (completed / elapsedMs) * 1000,
    ...client.latency,
    clientCpu: (client.cpuMs / completed) * 100,
    serverCpu: (server.cpuMs / completed) * 100,
    besidesRate:
      client.besides === undefined ? undefined : (client.besides / client.elapsedMs) * 1000,
  };
}

async function freeAddress(): Promise<Address> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { address, port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return { host: address, port };
}
