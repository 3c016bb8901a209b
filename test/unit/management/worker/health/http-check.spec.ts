import { describe, expect, it } from 'vitest';
import { HttpCheck } from '../../../../../lib/management/worker/health/http-check.js';
import { acceptorSnapshot } from '../../../../support/snapshots.js';
import { WatchedService } from '../../../../support/watched-service.js';

const ADDRESS = 'tcp://127.0.0.1:3000';
const SERVER = { ...acceptorSnapshot(), name: 'server 0', patterns: [] };
const service = new WatchedService();

function checked() {
  const asked: string[] = [];
  const ask = (address: string) => {
    asked.push(address);
    return Promise.resolve({ status: 'up' as const, roundTripMs: 2 });
  };
  return { check: new HttpCheck({ ask }), asked };
}

describe('the check of the HTTP server', () => {
  it.each([[[]], [[SERVER]]])('is a round trip through its port', async (servers) => {
    const { check, asked } = checked();
    const picture = service.picture({ http: { address: ADDRESS }, servers });
    expect(await check.run(picture)).toEqual([
      { key: 'http', status: 'up', details: { roundTripMs: 2, addresses: [ADDRESS] } },
    ]);
    expect(asked).toEqual([ADDRESS]);
  });

  it('fails while there is nothing else that listens', async () => {
    const { check } = checked();
    const picture = service.picture({ http: { address: null } });
    expect(await check.run(picture)).toMatchObject([{ key: 'http', status: 'down' }]);
    const beside = service.picture({ http: { address: null }, servers: [SERVER] });
    expect(await check.run(beside)).toEqual([]);
  });

  it('says that there is none to make where nothing listens, nor shall', async () => {
    const { check } = checked();
    const message = 'the service listens nowhere: there is no round trip to make';
    expect(await check.run(service.picture())).toEqual([
      { key: 'servers', status: 'up', details: { message } },
    ]);
    expect(await check.run(service.picture({ servers: [SERVER] }))).toEqual([]);
  });
});
