import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { type TroubleOptions, Troubles } from './troubles.ts';

export type Scheme = 'light' | 'dark';

export interface PageOptions extends TroubleOptions {
  /** What the system of the viewer prefers. */
  readonly scheme?: Scheme;
  /** Of the window, in CSS pixels: 1280 × 800 unless told. */
  readonly width?: number;
  readonly height?: number;
  readonly timeZone?: string;
}

/** A page and all that went wrong on it. */
export interface OpenPage {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly troubles: Troubles;
}

const CHROMIUM = process.env.STERNA_TEST_CHROMIUM ?? '/usr/bin/chromium';

/** Debian's chromium without a window, with a profile of its own that goes when it ends. */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** A page of a viewer of their own: nothing is shared with another but what the server holds. */
export async function openPage(
  browser: Browser,
  baseUrl: string,
  session: string | undefined,
  options: PageOptions = {},
): Promise<OpenPage> {
  const { scheme = 'light', width = 1280, height = 800, timeZone = 'Europe/Berlin' } = options;
  const context = await browser.newContext({
    baseURL: baseUrl,
    viewport: { width, height },
    colorScheme: scheme,
    reducedMotion: 'reduce',
    locale: 'en-GB',
    timezoneId: timeZone,
  });
  // Longer than anything takes on a busy machine, and sooner than the limit of the test, so that it says what it waited for.
  context.setDefaultTimeout(30_000);
  await signIn(context, baseUrl, session);
  const page = await context.newPage();
  return { page, context, troubles: new Troubles(page, options) };
}

/** Makes a page that was somebody else's look and be signed in as `openPage` would have. */
export async function wear(
  page: Page,
  baseUrl: string,
  session: string | undefined,
  { scheme = 'light', width = 1280, height = 800 }: PageOptions,
): Promise<void> {
  await page.context().clearCookies();
  await signIn(page.context(), baseUrl, session);
  await page.emulateMedia({ media: null, colorScheme: scheme, reducedMotion: 'reduce' });
  await page.setViewportSize({ width, height });
}

async function signIn(context: BrowserContext, baseUrl: string, session: string | undefined): Promise<void> {
  if (session === undefined) return;
  await context.addCookies([
    { name: 'sterna_session', value: session, url: baseUrl, httpOnly: true, sameSite: 'Strict' },
  ]);
}

/** The heading of a page as the program draws it: a user list's first picture, which has one too, isn't the page yet. */
const HEADING = 'h1:not(.st-first *)';

/** Goes there and waits until the page itself stands. */
export async function visit(page: Page, path: string): Promise<void> {
  await page.goto(path, { waitUntil: 'domcontentloaded' });
  await page.locator(HEADING).first().waitFor();
}

/** What stands for something that is still being read. */
const UNFINISHED = '[aria-busy=true], .mantine-Loader-root, .mantine-Skeleton-root';

/** Waits until nothing on the page is still being read. */
export async function settled(page: Page): Promise<void> {
  await page.locator(HEADING).first().waitFor();
  await page.locator(UNFINISHED).filter({ visible: true }).first().waitFor({ state: 'detached' });
}

const PICTURES = process.env.STERNA_TEST_PICTURES ?? join(tmpdir(), 'sterna-pictures');

/** Writes a picture to look at, and returns where it is. Nothing is compared. */
export async function screenshot(page: Page, name: string, options: { fullPage?: boolean } = {}): Promise<string> {
  mkdirSync(PICTURES, { recursive: true });
  const path = join(PICTURES, `${name}.png`);
  await page.screenshot({ path, animations: 'disabled', ...options });
  return path;
}
