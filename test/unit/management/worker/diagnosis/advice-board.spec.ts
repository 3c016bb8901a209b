import { describe, expect, it } from 'vitest';
import {
  ServicePhase,
  type ServerPicture,
} from '../../../../../lib/management/management.contract.js';
import { AdviceBoard } from '../../../../../lib/management/worker/diagnosis/advice-board.js';
import type { KernelSettings } from '../../../../../lib/management/worker/kernel/kernel-settings.js';
import type { ListenDemand } from '../../../../../lib/metrics/snapshot.js';
import { acceptorSnapshot, poolSnapshot } from '../../../../support/snapshots.js';
import { WatchedService } from '../../../../support/watched-service.js';

const WELL: KernelSettings = {
  somaxconn: 4_096,
  localPortRange: { first: 32_768, last: 60_999 },
  reservedPorts: [],
  descriptorLimit: 100_000,
};

function board(settings: KernelSettings) {
  const lines: string[] = [];
  const say = (level: string) => (text: string) => void lines.push(`${level} ${text}`);
  const advice = new AdviceBoard({
    readSettings: () => settings,
    management: { name: 'management', port: 9_400, backlog: 511, maxConnections: 256 },
    log: { info: say('info'), warn: say('warn') },
  });
  return { advice, lines, service: new WatchedService() };
}

function server(changes: Partial<ServerPicture> = {}): ServerPicture {
  const demand = demandOf({ addresses: ['tcp://0.0.0.0:40000'], backlog: 8_192 });
  return { ...acceptorSnapshot(), name: 'server 0', patterns: [], demand, ...changes };
}

function demandOf(changes: Partial<ListenDemand>): ListenDemand {
  return { ...acceptorSnapshot().demand, ...changes };
}

describe('the board of advice', () => {
  it('is silent where all is well', () => {
    const { advice, service } = board(WELL);
    const demand = demandOf({ addresses: ['tcp://0.0.0.0:4000'], backlog: 511 });
    expect(advice.advise(service.picture({ servers: [server({ demand })] }))).toEqual([]);
    expect(advice.advise(undefined)).toEqual([]);
  });

  it('holds what servers and pools ask for against the kernel', () => {
    const { advice, service } = board({ ...WELL, descriptorLimit: 8_192 });
    const picture = service.picture({ servers: [server()], pools: [poolSnapshot()] });
    expect(advice.advise(picture).map(({ setting }) => setting)).toEqual([
      'net.ipv4.ip_local_port_range',
      'net.core.somaxconn',
      'descriptor limit (ulimit -n)',
    ]);
  });

  it('counts the limit of a server once, whatever it listens at, and unix sockets have no port', () => {
    const { advice, service } = board({ ...WELL, descriptorLimit: 10_400 });
    const addresses = ['tcp://0.0.0.0:4000', 'unix:/run/x.sock', 'tcp://0.0.0.0:0'];
    const demand = demandOf({ addresses, backlog: 511 });
    expect(advice.advise(service.picture({ servers: [server({ demand })] }))).toEqual([]);
  });

  it('says it once, when the service runs and its servers listen', () => {
    const { advice, service, lines } = board({ ...WELL, tcpSynRetries: 6 });
    advice.onPicture(service.picture({ phase: ServicePhase.Starting }));
    advice.onPicture(service.picture({ servers: [server({ state: 'idle' })] }));
    expect(lines).toEqual([]);
    advice.onPicture(service.picture({ servers: [server()] }));
    advice.onPicture(service.picture({ servers: [server()] }));
    expect(lines.map((line) => line.split(' is ')[0])).toEqual([
      'warn net.ipv4.ip_local_port_range',
      'warn net.core.somaxconn',
      'info net.ipv4.tcp_syn_retries',
    ]);
  });

  it('does not wait for ever for a server to listen', () => {
    const { advice, service, lines } = board({ ...WELL, somaxconn: 128 });
    for (let i = 0; i < 5; i++)
      advice.onPicture(service.picture({ servers: [server({ state: 'idle' })] }));
    expect(lines).not.toEqual([]);
  });
});
