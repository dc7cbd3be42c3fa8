import type { Browser } from 'playwright-core';
import { type OpenPage, openPage, type PageOptions, wear } from './browser.ts';
import { Troubles } from './troubles.ts';

/** More than a test has open at a time. */
const MOST_KEPT = 3;
/** A page of the same origin with nothing on it that asks, listens or is painted. */
const QUIET_PAGE = '/api/health';

/**
 * Browser tabs that go from test to test. A new one takes four seconds of a processor, for each begins with a process of
 * its own that has compiled nothing yet; one that was used takes one. What a test can have left behind is taken away:
 * cookies, storage, routes, permissions, the window's size, media, and where the mouse is.
 */
export class Tabs {
  readonly #browser: Browser;
  readonly #baseUrl: string;
  #kept: OpenPage[] = [];

  constructor(browser: Browser, baseUrl: string) {
    this.#browser = browser;
    this.#baseUrl = baseUrl;
  }

  /** @param isOwn a tab that no other test has had or will get: its scripts or its clock are changed for good */
  async open(session: string | undefined, options: PageOptions, isOwn: boolean): Promise<OpenPage> {
    const used = isOwn || options.timeZone !== undefined ? undefined : this.#kept.pop();
    if (used === undefined) return openPage(this.#browser, this.#baseUrl, session, options);
    const { page, context } = used;
    await wear(page, this.#baseUrl, session, options);
    return { page, context, troubles: new Troubles(page, options) };
  }

  /** Takes a tab back that `open` gave: kept for the next test if it is as good as new. */
  async giveBack({ page, context, troubles }: OpenPage, isOwn: boolean): Promise<void> {
    troubles.stop();
    const isKept = !isOwn && !page.isClosed() && this.#kept.length < MOST_KEPT && (await this.#clean(page));
    if (isKept) this.#kept.push({ page, context, troubles });
    else await context.close();
  }

  /** @returns false where that can't be done: the server is gone, or the page is */
  async #clean(page: OpenPage['page']): Promise<boolean> {
    const context = page.context();
    try {
      for (const other of context.pages()) if (other !== page) await other.close();
      await page.unrouteAll({ behavior: 'ignoreErrors' });
      await context.setOffline(false);
      await context.clearPermissions();
      await page.mouse.move(0, 0);
      await page.goto(QUIET_PAGE);
      await page.locator('html').evaluate(({ ownerDocument: { defaultView: window } }) => {
        window.localStorage.clear();
        window.sessionStorage.clear();
      });
      return true;
    } catch {
      return false;
    }
  }
}
