import { Buffer } from 'node:buffer';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Link, LinkHandler } from '../../lib/link/link.js';
import { until } from '../support/until.js';
import { describeLinkBytes } from './link-bytes.contract.js';
import { describeLinkClosing } from './link-closing.contract.js';
import type { LinkEnds, OpenLinkEnds } from './link-ends.js';
import { turns } from './link-ends.js';

/** What every link promises, whatever carries it. */
export function describeLink(name: string, open: OpenLinkEnds): void {
  describe(`a link over ${name}`, () => {
    let ends: LinkEnds;
    let client: Link;
    let server: Link;

    beforeEach(async () => {
      ends = await open();
      ({ client, server } = ends);
    });
    afterEach(() => ends.close());

    it('calls its handler from the loop, never from inside one of its methods', async () => {
      let isInside = false;
      const calledInside: string[] = [];
      const note = (event: string) => (): void => {
        if (isInside) calledInside.push(event);
      };
      const closed: string[] = [];
      const handlerOf = (end: string): LinkHandler => ({
        onData: note('data'),
        onDrain: note('drain'),
        onEnd: note('end'),
        onClose: () => {
          note('close')();
          closed.push(end);
        },
      });
      const inside = (action: () => void): void => {
        isInside = true;
        action();
        isInside = false;
      };
      server.write(Buffer.from('early'));
      await turns();
      inside(() => client.start(handlerOf('client')));
      inside(() => server.start(handlerOf('server')));
      inside(() => client.write(Buffer.alloc(1_000_000)));
      inside(() => client.pause());
      inside(() => client.resume());
      inside(() => client.end());
      inside(() => server.end());
      await until(() => closed.length === 2, 'both are closed');
      inside(() => client.destroy());
      expect(calledInside).toEqual([]);
    });

    it('has names for people', () => {
      expect(client.remote).not.toBe('');
      expect(client.local).not.toBe('');
      expect(client.remote).toBe(server.local);
      expect(client.local).toBe(server.remote);
    });

    describeLinkBytes(open);
    describeLinkClosing(open);
  });
}
