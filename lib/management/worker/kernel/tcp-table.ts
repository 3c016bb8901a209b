/**
 * The kernel's table of TCP sockets, reduced to what concerns our ports: how many connections there
 * are in each state, and how many wait to be accepted. Taken piece by piece, because the table has a
 * line for every socket of the network namespace.
 */

/** States by their number in the table (`include/net/tcp_states.h`). */
const STATES = [
  undefined,
  'established',
  'syn_sent',
  'syn_recv',
  'fin_wait1',
  'fin_wait2',
  'time_wait',
  'close',
  'close_wait',
  'last_ack',
  'listen',
  'closing',
  'syn_recv',
] as const;

export type TcpState = Exclude<(typeof STATES)[number], undefined>;
export const TCP_STATES: readonly TcpState[] = [
  ...new Set(STATES.filter((state) => state !== undefined)),
];

export interface PortsOfInterest {
  /** On which this service listens. */
  readonly local: Iterable<number>;
  /** To which it connects. */
  readonly remote: Iterable<number>;
}

/** The sockets of one port. */
export interface PortSockets {
  readonly port: number;
  readonly states: Readonly<Partial<Record<TcpState, number>>>;
  /** Connections that are established and wait to be accepted; 0 for a port we connect to. */
  readonly acceptQueue: number;
}

export interface TcpSockets {
  readonly local: readonly PortSockets[];
  readonly remote: readonly PortSockets[];
}

/** `   0: 0100007F:0FA0 00000000:0000 0A 00000000:00000000 …`: number, local, remote, state, queues. */
const LINE =
  /^\s*\d+: [0-9A-F]{8,32}:([0-9A-F]{4}) [0-9A-F]{8,32}:([0-9A-F]{4}) ([0-9A-F]{2}) [0-9A-F]{8}:([0-9A-F]{8})/;
/** Far beyond the length of any line. */
const MAX_LINE_LENGTH = 4_096;

class PortCount {
  private readonly states: Partial<Record<TcpState, number>> = {};
  private acceptQueue = 0;

  constructor(private readonly port: number) {}

  add(state: TcpState, receiveQueue: number): void {
    this.states[state] = (this.states[state] ?? 0) + 1;
    if (state === 'listen') this.acceptQueue += receiveQueue;
  }

  snapshot(): PortSockets {
    return { port: this.port, states: { ...this.states }, acceptQueue: this.acceptQueue };
  }
}

/** Counts as text is pushed. Lines that are no sockets, headings among them, count for nothing. */
export class TcpTable {
  private readonly local: ReadonlyMap<number, PortCount>;
  private readonly remote: ReadonlyMap<number, PortCount>;
  private rest = '';

  constructor(ports: PortsOfInterest) {
    this.local = countsOf(ports.local);
    this.remote = countsOf(ports.remote);
  }

  push(text: string): void {
    const lines = (this.rest + text).split('\n');
    this.rest = lines.pop() ?? '';
    if (this.rest.length > MAX_LINE_LENGTH) this.rest = '';
    for (const line of lines) this.addLine(line);
  }

  /** The end of one file; another may follow. */
  end(): void {
    this.addLine(this.rest);
    this.rest = '';
  }

  snapshot(): TcpSockets {
    return {
      local: Array.from(this.local.values(), (count) => count.snapshot()),
      remote: Array.from(this.remote.values(), (count) => count.snapshot()),
    };
  }

  private addLine(line: string): void {
    const match = LINE.exec(line);
    if (match === null) return;
    const [localPort, remotePort, state, queue] = match.slice(1).map((hex) => parseInt(hex, 16));
    const name = STATES[state];
    const count = this.local.get(localPort) ?? this.remote.get(remotePort);
    if (name !== undefined) count?.add(name, queue);
  }
}

function countsOf(ports: Iterable<number>): Map<number, PortCount> {
  return new Map(Array.from(ports, (port) => [port, new PortCount(port)]));
}
