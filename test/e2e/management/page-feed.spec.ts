import type { Browser, BrowserContextOptions } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import {
  feedEndpoint,
  feedPicture,
  feedPool,
  feedServer,
  feedService,
  reportOf,
} from '../../support/feed-pictures.js';
import { connectionSnapshot } from '../../support/snapshots.js';
import { until } from '../../support/until.js';
import type { OpenPage } from './support/browser.js';
import { isWithoutBrowser, launchBrowser, openPage, titleOf } from './support/browser.js';
import { ScriptedPort } from './support/scripted-port.js';

const TOKENS = { token: 'a-token-for-tests-only', readToken: undefined };
const WAIT_MS = 15_000;

const connections = [
  connectionSnapshot({ id: 1, inFlight: 900 }),
  connectionSnapshot({ id: 2, missedHeartbeats: 2 }),
  connectionSnapshot({ id: 3, state: 'draining' }),
];
const busy = feedService({
  pools: [
    {
      ...feedPool(10, [10, 0, 0, 0]),
      endpoints: [
        feedEndpoint({ connections }),
        feedEndpoint({ address: 'tcp://[::1]:9', minConnections: 3 }),
      ],
    },
  ],
  servers: [feedServer(10, [10, 0, 0, 0])],
});

describe.skipIf(isWithoutBrowser)(titleOf('the page'), () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await launchBrowser();
  });

  afterAll(async () => {
    await browser?.close();
  });

  async function startPort(
    ...options: Parameters<typeof ScriptedPort.start>
  ): Promise<ScriptedPort> {
    const port = await ScriptedPort.start(...options);
    onTestFinished(() => port.close());
    return port;
  }

  async function open(port: ScriptedPort, options?: BrowserContextOptions): Promise<OpenPage> {
    const opened = await openPage(browser, port.url, options);
    onTestFinished(() => opened.page.context().close());
    return opened;
  }

  it('draws each connection of each endpoint, and those that are missing', async () => {
    const port = await startPort();
    port.tell(feedPicture({ picture: busy }));
    const { page, complaints } = await open(port);
    const boxes = page.locator('#pools .endpoint');
    await boxes.first().waitFor();

    expect(await boxes.count()).toBe(2);
    const count = (selector: string): Promise<number> => boxes.first().locator(selector).count();
    expect(await count('.connection')).toBe(3);
    expect(await count('.connection[data-state="draining"]')).toBe(1);
    expect(await count('.connection[data-quiet="true"]')).toBe(1);
    expect(await boxes.nth(1).locator('.connection[data-state="missing"]').count()).toBe(3);
    expect(await boxes.first().getByRole('img').getAttribute('aria-label')).toBe(
      '3 connections, 2 ready, 2 calls in flight',
    );
    await boxes.first().locator('summary').click();
    expect(await boxes.first().getByRole('row').count()).toBe(4);
    expect(complaints).toEqual([]);
  });

  it('does without plots where uPlot is not installed, and says so', async () => {
    const port = await startPort(undefined, null);
    port.tell(feedPicture({ picture: busy }));
    const { page, complaints } = await open(port);

    await page.getByText('npm install uplot').waitFor();
    await page.locator('.plot', { hasText: 'Calls per second' }).waitFor();
    expect(await page.locator('canvas').count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  it('takes nothing that a service sends for markup', async () => {
    const port = await startPort();
    const hostile = '<img src=x onerror="document.title=1"><script>document.title=1</script>';
    port.answers['GET /diagnostics/events'] = {
      events: [{ at: 1, source: hostile, name: hostile, text: hostile }],
    };
    const server = { ...feedServer(1, [1, 0, 0, 0]), name: hostile, addresses: [hostile] };
    const picture = feedService({ servers: [server] });
    port.tell(feedPicture({ reasons: [hostile], lastEventAt: 1, picture }));
    const { page, complaints } = await open(port);
    await page.locator('#events tr').waitFor();

    expect(await page.locator('img').count()).toBe(0);
    expect(await page.locator('#events').innerText()).toContain('<img');
    expect(complaints).toEqual([]);
  });

  it('asks for a token before it asks for anything, keeps it in the tab, and forgets it', async () => {
    const port = await startPort(TOKENS);
    port.tell(feedPicture({ picture: busy }));
    const { page, complaints } = await open(port);
    const field = page.getByLabel(/^Token/);
    await field.waitFor();
    expect(port.asked).toEqual([]);
    expect(complaints).toEqual([]);

    await field.fill('not-the-token');
    await page.keyboard.press('Enter');
    await page.locator('#reasons', { hasText: 'a token is needed' }).waitFor();
    await field.fill(TOKENS.token);
    await page.keyboard.press('Enter');
    await page.locator('#state', { hasText: 'Live' }).waitFor();
    await page.reload();
    await page.locator('#state', { hasText: 'Live' }).waitFor();
    expect(page.url()).toBe(port.url);

    await page.getByText('Token in use').click();
    await page.getByRole('button', { name: 'Forget' }).click();
    await page.locator('#state', { hasText: 'No access' }).waitFor();
    expect(await page.evaluate('sessionStorage.length')).toBe(0);
  });

  it('hides the actions where no token for them is configured', async () => {
    const port = await startPort();
    port.tell(feedPicture({ picture: busy }));
    const { page } = await open(port);

    await page.getByText('no token for actions is configured').waitFor();
    expect(await page.getByRole('button', { name: 'Take offline' }).count()).toBe(0);
  });

  it('says that the port is away, lets the numbers age, and connects again', async () => {
    const port = await startPort();
    port.tell(feedPicture({ picture: busy }));
    const { page } = await open(port);
    await page.locator('#state', { hasText: 'Live' }).waitFor();
    port.cut();
    await page.locator('#state', { hasText: 'No connection to the management port' }).waitFor();
    await until(
      () => port.asked.filter((each) => each === 'GET /feed').length > 1,
      'again',
      WAIT_MS,
    );
    await page.locator('#state', { hasText: 'No connection' }).waitFor({ state: 'detached' });
  });

  it('shows that the service is stuck, on the page and in its title', async () => {
    const port = await startPort();
    const at = 1_700_000_000_000;
    const service = reportOf({ at, stuckSince: at - 65_000, silentMs: 65_000 });
    port.tell(feedPicture({ service, isLive: false, isReady: false, picture: busy }));
    const { page } = await open(port);

    await page.getByRole('alert').getByText('1 min 5 s').waitFor();
    expect(await page.title()).toMatch(/^Stuck for 1 min/);
    expect(await page.locator('body').getAttribute('data-stale')).toBe('true');
  });

  it('can be used by keyboard; a drain is asked for twice', async () => {
    const port = await startPort(TOKENS);
    port.tell(feedPicture({ picture: busy }));
    port.answers['POST /lifecycle/drain'] = { clients: 'effective' };
    const { page } = await open(port);
    await page.getByLabel(/^Token/).fill(TOKENS.token);
    await page.keyboard.press('Enter');
    await page.locator('#state', { hasText: 'Live' }).waitFor();

    await page.getByRole('button', { name: 'Drain…' }).focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Drain this instance?' });
    await dialog.waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    await page.keyboard.press('Enter');
    await dialog.waitFor();
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'hidden' });
    expect(port.asked).not.toContain('POST /lifecycle/drain');

    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByText('The instance drains.').waitFor();
    expect(port.asked).toContain('POST /lifecycle/drain');
  });

  it.each([
    ['a phone', { width: 390, height: 844 }],
    ['a small phone', { width: 320, height: 568 }],
  ])('fits on %s', async (_, viewport) => {
    const port = await startPort();
    port.tell(feedPicture({ picture: busy, reasons: [`orders: ${'x'.repeat(200)}`] }));
    const { page } = await open(port, { viewport, isMobile: true, hasTouch: true });
    await page.locator('#pools .endpoint').first().waitFor();

    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(viewport.width);
  });

  it('follows the colour scheme of the system, its plots too', async () => {
    const port = await startPort();
    port.tell(feedPicture({ picture: busy }));
    const { page } = await open(port, { colorScheme: 'light' });
    await page.locator('#pools .endpoint').first().waitFor();
    const ground = (): Promise<unknown> =>
      page.evaluate('getComputedStyle(document.documentElement).backgroundColor');
    const light = await ground();
    await page.emulateMedia({ colorScheme: 'dark' });

    expect(await ground()).not.toBe(light);
  });
});
