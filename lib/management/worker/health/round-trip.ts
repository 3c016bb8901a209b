import type { Clock, Timer } from '../../../common/clock.js';
import { FramedLink } from '../../../connection/framed-link.js';
import { makeHello, sayHello } from '../../../connection/hello.js';
import { messageOf } from '../../../errors/socket-pool-error.js';
import { dialerFor } from '../../../link/dialers.js';
import { formatLinkAddress, type LinkAddress } from '../../../link/link-address.js';
import type { Link } from '../../../link/link.js';
import { binaryDialect } from '../../../protocol/binary/binary-dialect.js';
import { FrameType, GoAwayReason, type Frame, type GoAwayFrame } from '../../../protocol/frame.js';
import type { CheckStatus } from './probe-check.js';

const DIALER = { keepAliveMs: 30_000, happyEyeballs: false, attemptTimeoutMs: 250 };
const LINGER_MS = 200;
const TERMS = {
  role: 'client',
  dialect: binaryDialect,
  limits: { maxMessageBytes: 64 * 1024, maxMetadataBytes: 16 * 1024, maxPatternBytes: 1024 },
  heartbeat: false,
  messageTimeoutMs: 5_000,
  initialCreditBytes: 64 * 1024,
  loopLagMs: () => 0,
  queueAgeMs: () => 0,
} as const;

/** What came of a round trip through a port of the service. */
export interface RoundTrip {
  readonly status: CheckStatus;
  /** Why it is not simply up. */
  readonly message?: string;
  readonly roundTripMs?: number;
  /** How late the service's loop ran, by its own account. */
  readonly loopLagMs?: number;
}

/** What a go-away in place of a welcome says; any other reason is one that concerns this client alone. */
const REFUSALS: Readonly<Record<number, CheckStatus>> = {
  [GoAwayReason.Shutdown]: 'down',
  [GoAwayReason.Offline]: 'down',
};

/**
 * Goes through a port of the service as a client does: connects, says hello, and has a ping answered. Only a
 * service that accepts, and whose loop turns, gets that far; the kernel accepts for a stuck one too.
 * Rejects never, and takes no longer than `timeoutMs`.
 */
export function makeRoundTrip(address: LinkAddress, terms: RoundTripTerms): Promise<RoundTrip> {
  return new Promise((resolve) => new RoundTripAttempt(address, { ...terms, resolve }).start());
}

export interface RoundTripTerms {
  readonly timeoutMs: number;
  readonly clock: Clock;
  /** Tells the service that this is none of its clients. */
  readonly probeName: string;
}

interface AttemptTerms extends RoundTripTerms {
  readonly resolve: (roundTrip: RoundTrip) => void;
}

class RoundTripAttempt {
  private readonly abort = new AbortController();
  private readonly startedAt: number;
  private timer: Timer | undefined;
  private framed: FramedLink | undefined;

  constructor(
    private readonly address: LinkAddress,
    private readonly terms: AttemptTerms,
  ) {
    this.startedAt = terms.clock.now();
  }

  start(): void {
    const { clock, timeoutMs } = this.terms;
    const expire = () =>
      this.settle({ status: 'down', message: `no answer within ${timeoutMs} ms` });
    this.timer = clock.schedule(timeoutMs, expire, true);
    // Whom one reaches at an address of one's own need not be asked who they are.
    dialerFor(this.address, DIALER, { rejectUnauthorized: false })
      .dial(this.abort.signal)
      .then((link) => this.onLink(link))
      .catch((error: unknown) => this.onFailure(error));
  }

  private onLink(link: Link): void {
    if (this.abort.signal.aborted) {
      link.destroy();
      return;
    }
    const ignore = (): void => undefined;
    this.framed = new FramedLink(
      link,
      { ...TERMS, clock: this.terms.clock },
      {
        onFrame: (frame) => this.onFrame(frame),
        onPong: ({ loopLagMs }) => this.settle({ status: 'up', loopLagMs, ...this.duration() }),
        onEnd: () => this.onFailure(new Error('it closed the connection')),
        onClosed: (error) => this.onFailure(error ?? new Error('the connection was closed')),
        onRead: ignore,
        onFlushed: ignore,
        onDrain: ignore,
        onViolation: ignore,
      },
    );
    this.framed.start();
    const metadata = { client: this.terms.probeName };
    sayHello(this.framed, makeHello({ ...TERMS, metadata }, 0));
  }

  private onFrame(frame: Frame): void {
    if (frame.type === FrameType.GoAway) this.settle(this.refused(frame));
    if (frame.type === FrameType.Hello) this.framed?.send({ type: FrameType.Ping, nonce: 1 });
  }

  private refused({ reason, message }: GoAwayFrame): RoundTrip {
    const status = REFUSALS[reason] ?? 'degraded';
    return { status, message: `refused: ${message || `reason ${reason}`}`, ...this.duration() };
  }

  private onFailure(error: unknown): void {
    const message = `${formatLinkAddress(this.address)}: ${messageOf(error)}`;
    if (this.isCertificateWanted(error)) this.settle({ status: 'up', message, ...this.duration() });
    else this.settle({ status: 'down', message });
  }

  /**
   * A service that wants certificates of its clients turns this one away. But before that it has accepted,
   * and its loop has gone through the handshake of TLS: what was to be found out. With TLS 1.3 it ends the
   * connection after the handshake is done here; before that, it sends an alert.
   */
  private isCertificateWanted(error: unknown): boolean {
    return this.address.kind === 'tls' && (this.framed !== undefined || isAlert(error));
  }

  private duration(): { readonly roundTripMs: number } {
    return { roundTripMs: Math.round((this.terms.clock.now() - this.startedAt) * 10) / 10 };
  }

  /** Once; whatever follows is of no interest. */
  private settle(roundTrip: RoundTrip): void {
    if (this.timer === undefined) return;
    this.timer.cancel();
    this.timer = undefined;
    this.abort.abort();
    if (roundTrip.status === 'down') this.framed?.destroy();
    else this.framed?.close(LINGER_MS);
    this.terms.resolve(roundTrip);
  }
}

function isAlert(error: unknown): boolean {
  const { code, cause } = error as { readonly code?: unknown; readonly cause?: unknown };
  if (typeof code === 'string' && /^ERR_SSL_.*ALERT/.test(code)) return true;
  return cause !== undefined && isAlert(cause);
}
