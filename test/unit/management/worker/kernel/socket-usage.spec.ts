import { describe, expect, it } from 'vitest';
import { parseSocketUsage } from '../../../../../lib/management/worker/kernel/socket-usage.js';

const IPV4 = `sockets: used 22
TCP: inuse 4 orphan 1 tw 6 alloc 4 mem 199
UDP: inuse 9 mem 3
`;

describe('the usage of sockets', () => {
  it('adds both families', () => {
    expect(parseSocketUsage(IPV4, 'TCP6: inuse 3\nUDP6: inuse 8\n')).toEqual({
      sockets: 22,
      tcpInUse: 7,
      tcpOrphans: 1,
      tcpTimeWait: 6,
      tcpMemoryPages: 199,
    });
  });

  it('does without the second family', () => {
    expect(parseSocketUsage(IPV4).tcpInUse).toBe(4);
  });

  it('leaves out what is not there', () => {
    const unknown = { sockets: undefined, tcpInUse: undefined, tcpOrphans: undefined };
    expect(parseSocketUsage('')).toMatchObject(unknown);
    expect(parseSocketUsage('TCP: inuse many tw 2')).toMatchObject({ ...unknown, tcpTimeWait: 2 });
  });
});
