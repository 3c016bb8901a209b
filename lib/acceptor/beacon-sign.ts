import type { Link } from '../link/link.js';
import type { BeaconNotice } from '../protocol/beacon.js';

/** Where the beacon of this process listens, and who can reach it. */
export interface BeaconPlace extends BeaconNotice {
  /** Only from this machine. */
  readonly isLocal: boolean;
}

const LOOPBACK = /^(127\.|::1$|::ffff:127\.)/;

/** Tells those clients of the beacon that can reach it, while there is one. */
export class BeaconSign {
  /** As announced last. */
  place: BeaconPlace | undefined;

  /** Unix sockets have no host: who comes through one is on this machine. */
  noticeFor({ remoteHost }: Link): BeaconNotice | undefined {
    const isNear = remoteHost === '' || LOOPBACK.test(remoteHost);
    return this.place === undefined || (this.place.isLocal && !isNear) ? undefined : this.place;
  }
}
