import type { TcpNetConnectOpts } from 'node:net';
import type { DialerOptions } from './link-options.js';

/**
 * "Happy eyeballs" (RFC 8305): a name with addresses of both families is tried in turn, IPv6, IPv4, IPv6 …,
 * and one that does not answer soon is left for the next. Node does the work; it is told explicitly, as
 * its own default depends on its version and on flags.
 */
export function familyChoice({
  happyEyeballs,
  attemptTimeoutMs,
}: DialerOptions): Pick<TcpNetConnectOpts, 'autoSelectFamily' | 'autoSelectFamilyAttemptTimeout'> {
  return {
    autoSelectFamily: happyEyeballs,
    autoSelectFamilyAttemptTimeout: attemptTimeoutMs,
  };
}
