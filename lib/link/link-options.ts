import type { OptionsInput, ResolvedOptions } from '../common/options.js';
import { count, custom, durationMs, flag } from '../common/options.js';

const keepAliveMs = durationMs(
  // Less than a second is not set by Node, more does not fit the kernel's TCP_KEEPIDLE.
  { default: 30_000, min: 1_000, max: 32_767_000 },
  'How long a tcp or tls link is idle before the kernel probes the peer; a safety net below the heartbeat.',
);

/** How links are dialed. */
export const DIALER_OPTIONS = {
  keepAliveMs,
  happyEyeballs: flag(
    true,
    'Whether a name with several addresses is tried family by family, IPv6 and IPv4 in turn, without waiting for one that does not answer (RFC 8305).',
  ),
  attemptTimeoutMs: durationMs(
    { default: 250, min: 10, max: 60_000 },
    'With `happyEyeballs`: how long one address of a name may take before the next is tried.',
  ),
};

export type DialerOptions = ResolvedOptions<typeof DIALER_OPTIONS>;
export type DialerOptionsInput = OptionsInput<typeof DIALER_OPTIONS>;

/** How links are accepted. */
export const LISTENER_OPTIONS = {
  keepAliveMs,
  backlog: count(
    { default: 511, min: 1, max: 65_535 },
    'How many connections the kernel keeps waiting to be accepted; it never keeps more than `net.core.somaxconn`.',
  ),
  unixMode: custom<number | undefined>({
    default: undefined,
    unit: 'file mode',
    expected: 'a file mode from 0 to 0o777',
    description:
      'The mode of the file of a unix socket; connecting needs the right to write. Without it the umask decides.',
    accepts: (value) =>
      Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 0o777,
  }),
  tlsHandshakeTimeoutMs: durationMs(
    { default: 5_000, min: 10, max: 120_000 },
    'How long a peer may take for the TLS handshake before it is closed.',
  ),
  maxTlsHandshakes: count(
    { default: 512, min: 1, max: 65_535 },
    'How many peers may be in their TLS handshake at once; more are closed at once.',
  ),
};

export type ListenerOptions = ResolvedOptions<typeof LISTENER_OPTIONS>;
export type ListenerOptionsInput = OptionsInput<typeof LISTENER_OPTIONS>;
