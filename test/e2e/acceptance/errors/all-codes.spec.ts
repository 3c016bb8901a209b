import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { ERROR_CODES } from '../../../../lib/errors/error-codes.js';

const HERE = new URL('./', import.meta.url);

it('every code of the table is provoked by some test beside this one', () => {
  const text = readdirSync(HERE)
    .filter((file) => file !== 'all-codes.spec.ts')
    .map((file) => readFileSync(new URL(file, HERE), 'utf8'))
    .join('');
  const provoked = new Set([...text.matchAll(/code: '([A-Z_]+)'/g)].map(([, code]) => code));
  expect(Object.keys(ERROR_CODES).filter((code) => !provoked.has(code))).toEqual([]);
});
