import { parseDnsName } from '../discovery/dns-name.js';
import { parseLinkAddress } from '../link/link-address.js';

/** Whether a pool can be given this as one of its `endpoints`. */
export function isEndpointAddress(text: unknown): boolean {
  return typeof parseLinkAddress(text) !== 'string' || typeof parseDnsName(text) !== 'string';
}
