import type { MessageHandler } from '@nestjs/microservices';
import { describe, expect, it, vi } from 'vitest';
import { RouteTable } from '../../../lib/server/route-table.js';

const handler = (async () => Promise.resolve(1)) as MessageHandler;

function tableOf(known: (pattern: string) => boolean) {
  const lookUp = vi.fn((pattern: string) => (known(pattern) ? handler : null));
  return { lookUp, table: new RouteTable(lookUp) };
}

describe('a route table', () => {
  it('asks Nest once per pattern', () => {
    const { lookUp, table } = tableOf(() => true);
    table.find('sum');
    table.find('sum');

    expect(table.find('sum')).toBe(handler);
    expect(lookUp).toHaveBeenCalledTimes(1);
  });

  it('does not remember what nobody handles', () => {
    const { lookUp, table } = tableOf(() => false);
    table.find('made up');
    table.find('made up');

    expect(table.find('made up')).toBeUndefined();
    expect(lookUp).toHaveBeenCalledTimes(3);
  });

  it('stays bounded when many texts lead to one handler', () => {
    const { lookUp, table } = tableOf(() => true);
    for (let spaces = 0; spaces < 10_001; spaces++) table.find(`{"cmd":${spaces}}`);
    lookUp.mockClear();
    table.find('{"cmd":10000}');
    table.find('{"cmd":0}');

    expect(lookUp.mock.calls).toEqual([['{"cmd":0}']]);
  });

  it('asks again when handlers were added', () => {
    const { lookUp, table } = tableOf(() => true);
    table.find('sum');
    table.clear();
    table.find('sum');

    expect(lookUp).toHaveBeenCalledTimes(2);
  });
});
