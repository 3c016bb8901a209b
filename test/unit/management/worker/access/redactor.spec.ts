import { describe, expect, it } from 'vitest';
import { Redactor } from '../../../../../lib/management/worker/access/redactor.js';

const environment = {
  DATABASE_PASSWORD: 'hunter2-hunter2',
  API_KEY: 'quoted"key\\with\nmore',
  SHORT_SECRET: 'abc',
  HOSTNAME: 'instance-seven',
  STRIPE_TOKEN: 'hunter2-hunter2-and-more',
};
const redactor = new Redactor(['the-token-to-act-with', undefined], environment);

describe('the redactor', () => {
  it.each([
    ['tokens', 'with the-token-to-act-with in it', 'with *** in it'],
    ['secrets of the environment', 'cannot log in: hunter2-hunter2!', 'cannot log in: ***!'],
    ['the longer of two', 'hunter2-hunter2-and-more', '***'],
    ['credentials in a URL', 'redis://me:pw@cache:6379/0', 'redis://***@cache:6379/0'],
    ['a user without a password', 'at amqp://guest@mq', 'at amqp://***@mq'],
  ])('masks %s', (_, text, expected) => {
    expect(redactor.redact(text)).toBe(expected);
  });

  it('masks secrets as they stand in JSON', () => {
    const json = JSON.stringify({ message: environment.API_KEY });
    expect(redactor.redact(json)).toBe('{"message":"***"}');
  });

  it.each([
    'abc instance-seven',
    'tcp://10.0.0.7:4000 and user@example.com',
    'http://127.0.0.1:9400/?mail=a@b',
  ])('leaves alone what is none: %s', (text) => {
    expect(redactor.redact(text)).toBe(text);
  });

  it('is not made slow by any text', () => {
    const startedAt = performance.now();
    redactor.redact(`${'a'.repeat(300_000)}://${'b'.repeat(300_000)}`);
    expect(performance.now() - startedAt).toBeLessThan(500);
  });
});
