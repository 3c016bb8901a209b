import type { ServicePicture } from '../../management.contract.js';
import type { CheckResult } from './probe-check.js';
import type { RoundTripCache } from './round-trip-cache.js';

const KEY = 'http';

/**
 * Whether the HTTP server of the application answers, by a round trip through its port. One that does not
 * listen counts only where there is nothing else to listen: an application may do without HTTP.
 */
export class HttpCheck {
  constructor(private readonly roundTrips: Pick<RoundTripCache, 'ask'>) {}

  async run({ http, servers }: ServicePicture): Promise<readonly CheckResult[]> {
    if (http === null) return servers.length > 0 ? [] : [NOTHING_LISTENS];
    const { address } = http;
    if (address !== null) return [await this.ask(address)];
    return servers.length > 0 ? [] : [NOT_YET];
  }

  private async ask(address: string): Promise<CheckResult> {
    const { status, message, roundTripMs } = await this.roundTrips.ask(address);
    const details = {
      ...(message !== undefined && { message }),
      ...(roundTripMs !== undefined && { roundTripMs }),
      addresses: [address],
    };
    return { key: KEY, status, details };
  }
}

const NOT_YET: CheckResult = {
  key: KEY,
  status: 'down',
  details: { message: 'it does not listen yet' },
};

const NOTHING_LISTENS: CheckResult = {
  key: 'servers',
  status: 'up',
  details: { message: 'the service listens nowhere: there is no round trip to make' },
};
