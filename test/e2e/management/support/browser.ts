import { existsSync } from 'node:fs';
import type { Browser, BrowserContextOptions, ConsoleMessage, Page } from 'playwright-core';
import { chromium } from 'playwright-core';

/** Debian's; `.ci/run` installs it. */
const EXECUTABLE = '/usr/bin/chromium';
const WAIT_MS = 15_000;

/** A machine may do without a browser; CI may not, and fails there. */
export const isWithoutBrowser = !existsSync(EXECUTABLE) && process.env.CI !== 'true';

/** What tests in a browser are called, so that it can be read why they did not run. */
export function titleOf(title: string): string {
  return isWithoutBrowser ? `${title} (not tried: there is no ${EXECUTABLE})` : title;
}

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: EXECUTABLE, args: ['--no-sandbox'] });
}

/** A page, and everything it complained of. */
export interface OpenPage {
  readonly page: Page;
  readonly complaints: readonly string[];
}

export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<OpenPage> {
  const context = await browser.newContext({
    viewport: { width: 1_400, height: 1_000 },
    ...options,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(WAIT_MS);
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(...complaintOf(message)));
  page.on('pageerror', (error) => complaints.push(error.stack ?? error.message));
  await page.goto(url);
  return { page, complaints };
}

function complaintOf(message: ConsoleMessage): string[] {
  if (message.type() !== 'error' && message.type() !== 'warning') return [];
  return [`${message.text()} (${message.location().url})`];
}
