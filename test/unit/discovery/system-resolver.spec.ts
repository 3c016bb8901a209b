import { describe, expect, it } from 'vitest';
import { SystemResolver } from '../../../lib/discovery/system-resolver.js';

describe('SystemResolver', () => {
  it('knows the hosts file', async () => {
    const { addresses } = await new SystemResolver().addresses('localhost', 4);
    expect(addresses).toContainEqual({ address: '127.0.0.1', family: 4 });
  });

  it('holds one thread for one name, however often it is asked', async () => {
    const resolver = new SystemResolver();
    const asked = resolver.addresses('localhost', 4);
    expect(resolver.addresses('localhost', 4)).toBe(asked);
    expect(resolver.addresses('localhost', 0)).not.toBe(asked);
    await asked;
    const later = resolver.addresses('localhost', 4);
    expect(later).not.toBe(asked);
    await later;
  });
});
