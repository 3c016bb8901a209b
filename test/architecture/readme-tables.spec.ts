import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as prettier from 'prettier';
import { describe, expect, it } from 'vitest';
import { POOL_EVENT_NAMES } from '../../lib/client/client-events.js';
import { clientOptionTable } from '../../lib/client/client-options.js';
import { dnsDiscoveryOptionTable } from '../../lib/discovery/dns-options.js';
import { ERROR_CODES } from '../../lib/errors/error-codes.js';
import { METRIC_TABLE } from '../../lib/management/worker/metrics/metric-table.js';
import { managementOptionTable } from '../../lib/management/management-options.js';
import { exclusiveOptionTable } from '../../lib/pool/exclusive/exclusive-options.js';
import { serverOptionTable } from '../../lib/server/server-options.js';
import {
  errorsMarkdown,
  metricsMarkdown,
  optionsMarkdown,
  replaceSection,
} from './readme-tables.js';
import { ROOT } from './tree.js';

const README = join(ROOT, 'README.md');

const SECTIONS: Readonly<Record<string, string>> = {
  'client options': optionsMarkdown(clientOptionTable),
  'dns discovery options': optionsMarkdown(dnsDiscoveryOptionTable),
  'server options': optionsMarkdown(serverOptionTable),
  'exclusive options': optionsMarkdown(exclusiveOptionTable),
  'error codes': errorsMarkdown(ERROR_CODES),
  'management options': optionsMarkdown(managementOptionTable),
  metrics: metricsMarkdown(METRIC_TABLE),
};

describe('the README', () => {
  it.each(Object.entries(SECTIONS))('has the %s of the code', async (name, content) => {
    const document = readFileSync(README, 'utf8');
    const style = { ...(await prettier.resolveConfig(README)), parser: 'markdown' };
    const wanted = await prettier.format(replaceSection(document, name, content), style);
    if (process.env.README_ACCEPT) writeFileSync(README, wanted);
    expect(readFileSync(README, 'utf8'), 'run "npm run readme:accept" to write the tables').toBe(
      wanted,
    );
  });

  it.each(POOL_EVENT_NAMES)('names the event %s of a pool', (name) => {
    expect(readFileSync(README, 'utf8')).toContain(`\`${name}\``);
  });

  it('refuses a document without the section', () => {
    expect(() => replaceSection('no such place', 'client options', '')).toThrow(/no section/);
  });
});
