import { isIP } from 'node:net';
import { count, custom } from '../common/options.js';

export const beaconOptionTable = {
  host: custom<string>({
    default: '127.0.0.1',
    unit: 'address',
    expected: 'an IP address, or localhost',
    description:
      'The address to listen at: for clients on other machines one that they reach the service by, such as `0.0.0.0`.',
    accepts: (value) => typeof value === 'string' && (isIP(value) !== 0 || value === 'localhost'),
  }),
  port: count(
    { default: 0, min: 0, max: 65_535 },
    'The port of the beacon; 0 lets the system choose.',
  ),
};
