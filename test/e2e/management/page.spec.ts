import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { until } from '../../support/until.js';
import { isWithoutBrowser, launchBrowser, openPage, titleOf } from './support/browser.js';
import { Gateway } from './support/gateway.js';

const WAIT_MS = 15_000;
const HANG_MS = 6_000;

describe.skipIf(isWithoutBrowser)(titleOf('the page of a running service'), () => {
  let gateway: Gateway;
  let browser: Browser;

  beforeAll(async () => {
    [gateway, browser] = await Promise.all([Gateway.start(), launchBrowser()]);
  });

  afterAll(async () => {
    await browser?.close();
    await gateway?.stop();
  });

  /** The page as somebody sees it who has typed the token; at the end nothing may have gone wrong in it. */
  async function open(): Promise<Page> {
    const { page, complaints } = await openPage(browser, gateway.page);
    onTestFinished(async () => {
      await page.context().close();
      expect(complaints).toEqual([]);
    });
    await page.getByLabel(/^Token/).fill(Gateway.token);
    await page.getByRole('button', { name: 'Use' }).click();
    await shows(page, 'Online');
    return page;
  }

  const shows = (page: Page, word: string): Promise<void> =>
    page.locator('#state .pill', { hasText: new RegExp(`^${word}$`) }).waitFor();

  const numberOf = async (page: Page, name: string): Promise<number> => {
    const entry = page.locator('#now > div', { has: page.getByText(name, { exact: true }) });
    return Number.parseFloat(await entry.locator('dd > span').innerText());
  };

  it('shows live numbers, plots, and the connections of its pool', async () => {
    const page = await open();
    await shows(page, 'Live');
    await shows(page, 'Ready');
    await until(async () => (await numberOf(page, 'Served')) > 10, 'calls are served', WAIT_MS);
    expect(await numberOf(page, 'Called')).toBeGreaterThan(10);

    const pool = page.getByRole('article', { name: 'pool sums' });
    expect(await pool.locator('.connection[data-state="ready"]').count()).toBe(2);
    const server = page.getByRole('article', { name: 'server 0' });
    expect(await server.getByRole('row').allInnerTexts()).toContainEqual(
      expect.stringMatching(/^sums\.total\s+[1-9]/),
    );
    expect(await page.locator('.plot canvas').count()).toBe(9);
    expect(await page.locator('#age').innerText()).toMatch(/^numbers \d\.\d s old$/);
    await page.locator('#events tr', { hasText: 'connectionOpened' }).first().waitFor();
  });

  it('says plainly that the service is stuck, and keeps where', async () => {
    const page = await open();
    gateway.hang(HANG_MS);
    await shows(page, 'Stuck');
    await shows(page, 'Not live');
    const alert = page.getByRole('alert');
    expect(await alert.innerText()).toMatch(/^The event loop of the service is stuck, for \d/);
    await alert.getByText('crunchForEver').waitFor();
    await until(
      async () => /^numbers [2-9]\.\d s old$/.test(await page.locator('#age').innerText()),
      'the numbers are of before',
      WAIT_MS,
    );
    await page.locator('#incidents .pill', { hasText: 'lasts' }).waitFor();

    await shows(page, 'Live');
    expect(await alert.isVisible()).toBe(false);
    const incident = page.locator('#incidents li').first();
    await incident.locator('.pill', { hasText: 'over' }).waitFor();
    await incident.locator('summary').click();
    expect(await incident.locator('pre').innerText()).toMatch(
      /^at crunchForEver \(file:.*gateway\.mjs/,
    );
  });

  it('takes the instance offline and puts it back by its buttons', async () => {
    const page = await open();
    await until(() => gateway.isReady(), 'ready at first', WAIT_MS);
    await page.getByRole('button', { name: 'Take offline' }).click();
    await shows(page, 'Offline');
    await shows(page, 'Not ready');
    await page.getByText('The instance is offline').waitFor();
    expect(await gateway.isReady()).toBe(false);
    expect(await page.getByRole('button', { name: 'Take offline' }).isDisabled()).toBe(true);

    await page.getByRole('button', { name: 'Put online' }).click();
    await shows(page, 'Online');
    await shows(page, 'Ready');
    await until(() => gateway.isReady(), 'ready again', WAIT_MS);
  });

  it('tells what the service is doing now', async () => {
    const page = await open();
    await page.getByRole('button', { name: 'What is it doing now?' }).click();
    await page.locator('#stack-now', { hasText: /^At \d/ }).waitFor();
  });

  it('is served with a strict policy, and nothing but its files', async () => {
    const answer = await fetch(gateway.page);
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'self'");
    expect(await answer.text()).not.toContain(Gateway.token);
    for (const path of ['page/nothing.js', 'page/tsconfig.json', 'page/..%2fpage-files.js'])
      expect([401, 404], path).toContain((await fetch(`${gateway.page}/${path}`)).status);
  });
});
