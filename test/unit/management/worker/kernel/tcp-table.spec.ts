import { describe, expect, it } from 'vitest';
import { TcpTable } from '../../../../../lib/management/worker/kernel/tcp-table.js';

const HEAD =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
const REST = '00:00000000 00000000     0        0 124916 1 0000000054b683fe 100 0 0 10 0';

/** Ports 4000 (0FA0), 5000 (1388), 33000 (80E8). */
const IPV4 = `${HEAD}   0: 0100007F:0FA0 00000000:0000 0A 00000000:00000003 ${REST}
   1: 0100007F:0FA0 0100007F:80E8 01 00000000:00000100 ${REST}
   2: 0100007F:0FA0 0100007F:80E9 08 00000000:00000000 ${REST}
   3: 0100007F:80E8 0100007F:0FA0 01 00000000:00000000 ${REST}
   4: 0100007F:80EA 0100007F:1388 06 00000000:00000000 ${REST}
   5: 0100007F:1F90 00000000:0000 0A 00000000:00000009 ${REST}
`;
const IPV6 = `${HEAD}   0: 00000000000000000000000000000000:0FA0 00000000000000000000000000000000:0000 0A 00000000:00000002 ${REST}
   1: 0000000000000000FFFF00000100007F:0FA0 0000000000000000FFFF00000100007F:B1C2 01 00000000:00000000 ${REST}
`;

function socketsIn(...pieces: readonly string[]) {
  const table = new TcpTable({ local: [4000], remote: [4000, 5000] });
  for (const piece of pieces) table.push(piece);
  table.end();
  return table.snapshot();
}

const counted = {
  local: [{ port: 4000, states: { listen: 1, established: 1, close_wait: 1 }, acceptQueue: 3 }],
  remote: [
    { port: 4000, states: { established: 1 }, acceptQueue: 0 },
    { port: 5000, states: { time_wait: 1 }, acceptQueue: 0 },
  ],
};

describe('the table of sockets', () => {
  it('is counted by port and state, with the connections that wait to be accepted', () => {
    expect(socketsIn(IPV4)).toEqual(counted);
  });

  it('may come in pieces of any size', () => {
    for (const size of [1, 7, 64, 151]) {
      const pieces = IPV4.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
      expect(socketsIn(...pieces)).toEqual(counted);
    }
  });

  it('counts both families together', () => {
    const table = new TcpTable({ local: [4000], remote: [] });
    for (const text of [IPV4, IPV6]) {
      table.push(text);
      table.end();
    }
    const [{ states, acceptQueue }] = table.snapshot().local;
    expect(states).toEqual({ listen: 2, established: 2, close_wait: 1 });
    expect(acceptQueue).toBe(5);
  });

  it('passes over what is no socket', () => {
    const odd = [
      '   6: 0100007F:0FA0 nonsense\n',
      `   7: 0100007F:0FA0 0100007F:80E8 FF 00000000:00000000 ${REST}\n`,
      `   8: 0100007F:0FA0 0100007F:80E8 00 00000000:00000000 ${REST}\n`,
      'x'.repeat(100_000),
      '\n\n\0\n',
      '   9: 0100007F:0FA0',
    ];
    expect(socketsIn(IPV4, ...odd)).toEqual(counted);
  });
});
