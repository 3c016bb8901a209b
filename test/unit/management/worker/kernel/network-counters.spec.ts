import { describe, expect, it } from 'vitest';
import {
  parseCounterTable,
  readNetworkCounters,
} from '../../../../../lib/management/worker/kernel/network-counters.js';
import { KernelSamples } from '../../../../support/kernel-samples.js';

const SNMP = `Ip: Forwarding DefaultTTL
Ip: 1 64
Tcp: RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens PassiveOpens AttemptFails EstabResets CurrEstab InSegs OutSegs RetransSegs InErrs OutRsts InCsumErrors
Tcp: 1 200 120000 -1 4562 4410 96 838 2 20418042 20410062 3460 0 781 0
UdpLite: InDatagrams
UdpLite: 0
`;
const NETSTAT = `TcpExt: SyncookiesSent ListenOverflows ListenDrops TCPTimeouts
TcpExt: 0 3 4 1264
IpExt: InNoRoutes
IpExt: 0
`;

describe('the counters of the network', () => {
  it('are picked from both tables', () => {
    const files = new KernelSamples({
      '/proc/self/net/snmp': SNMP,
      '/proc/self/net/netstat': NETSTAT,
    });
    expect(readNetworkCounters(files)).toEqual({
      ActiveOpens: 4562,
      PassiveOpens: 4410,
      AttemptFails: 96,
      EstabResets: 838,
      CurrEstab: 2,
      InSegs: 20418042,
      OutSegs: 20410062,
      RetransSegs: 3460,
      InErrs: 0,
      OutRsts: 781,
      ListenOverflows: 3,
      ListenDrops: 4,
      TCPTimeouts: 1264,
    });
  });

  it('are absent where there are no tables', () => {
    expect(readNetworkCounters(new KernelSamples())).toEqual({});
  });

  it('may be below zero', () => {
    expect(parseCounterTable(SNMP).get('Tcp')?.get('MaxConn')).toBe(-1);
  });

  it('survive lines that are cut, doubled, of no pair or no numbers', () => {
    const text = 'A: x y z\nA: 1 nan\nB: q\nC: r\nC: 5 6 7\n\n:\nTcp: InSegs';
    const table = parseCounterTable(text);
    expect(table.get('A')).toEqual(new Map([['x', 1]]));
    expect(table.get('C')).toEqual(new Map([['r', 5]]));
    expect(table.has('B')).toBe(false);
    expect(table.has('Tcp')).toBe(false);
  });
});
