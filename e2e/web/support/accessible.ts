import axe from 'axe-core';
import type { CDPSession, Page } from 'playwright-core';
import type { Scheme } from './browser.ts';

/** What another colour scheme can change: the rest is asked once. */
const COLOUR_RULES = ['color-contrast', 'link-in-text-block'];
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** As it comes out of the browser. */
interface Violation {
  readonly id: string;
  readonly help: string;
  readonly nodes: readonly { readonly target: readonly string[]; readonly html: string; readonly why: string }[];
}

/**
 * What axe knows of WCAG 2.2 AA holds for the page as it stands now, in both colour schemes.
 *
 * @param schemes none: whatever the page wears, and nothing is asked about colours
 */
export async function expectAccessible(page: Page, schemes: readonly Scheme[] = ['light', 'dark']): Promise<void> {
  const found: string[] = [];
  // Not by a script in the page, which the content security policy refuses, and rightly.
  const devtools = await page.context().newCDPSession(page);
  try {
    if (schemes.length === 0) {
      await untilStill(page);
      const rules = Object.fromEntries(COLOUR_RULES.map((rule) => [rule, { enabled: false }]));
      for (const violation of await violations(devtools, { runOnly: { type: 'tag', values: TAGS }, rules }))
        found.push(inWords(violation, 'whatever the scheme'));
    }
    for (const [n, scheme] of schemes.entries()) {
      await showIn(page, scheme);
      const runOnly = n === 0 ? { type: 'tag', values: TAGS } : { type: 'rule', values: COLOUR_RULES };
      for (const violation of await violations(devtools, { runOnly })) found.push(inWords(violation, scheme));
    }
  } finally {
    await devtools.detach();
  }
  if (found.length > 0) throw new Error(`not accessible: ${page.url()}\n${found.join('\n')}`);
}

/** Switches the scheme that the viewer's system prefers, and waits until the page wears it. */
export async function showIn(page: Page, scheme: Scheme): Promise<void> {
  await page.emulateMedia({ colorScheme: scheme });
  await page
    .locator(`html[data-mantine-color-scheme=${scheme}]`)
    .waitFor({ state: 'attached' })
    .catch(() => {
      throw new Error(`the page does not turn ${scheme}: has the test chosen a theme in the account menu?`);
    });
  await untilStill(page);
}

/**
 * Colours in mid-fade aren't those that people read: waits until no transition runs, nor one that another has started.
 * What turns for ever (a spinner) isn't waited for.
 */
const untilStill = (page: Page): Promise<void> =>
  page.locator('html').evaluate(async (html) => {
    const { ownerDocument: document } = html;
    const frame = () => new Promise((resolve) => document.defaultView.requestAnimationFrame(resolve));
    const ends = (one: { effect: { getComputedTiming(): { endTime: number } } | null }) =>
      Number.isFinite(one.effect?.getComputedTiming().endTime);
    for (let still = 0; still < 2; still++) {
      await frame();
      const running: { finished: Promise<unknown> }[] = document.getAnimations().filter(ends);
      if (running.length > 0) still = 0;
      await Promise.allSettled(running.map((one) => one.finished));
    }
  });

async function violations(
  devtools: CDPSession,
  asked: {
    readonly runOnly: { readonly type: string; readonly values: readonly string[] };
    readonly rules?: Readonly<Record<string, { readonly enabled: boolean }>>;
  },
): Promise<Violation[]> {
  const evaluate = async (expression: string): Promise<unknown> => {
    const { result, exceptionDetails } = await devtools.send('Runtime.evaluate', {
      expression,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails !== undefined)
      throw new Error(`axe failed: ${exceptionDetails.exception?.description ?? exceptionDetails.text}`);
    return result.value;
  };
  if ((await evaluate('typeof axe')) === 'undefined') await evaluate(`${axe.source}; undefined`);
  const options = JSON.stringify({ ...asked, resultTypes: ['violations'] });
  return (await evaluate(
    `axe.run(document, ${options}).then(({ violations }) => violations.map(({ id, help, nodes }) => ({
       id, help, nodes: nodes.map(({ target, html, failureSummary }) => ({ target, html, why: failureSummary })) })))`,
  )) as Violation[];
}

function inWords({ id, help, nodes }: Violation, scheme: string): string {
  const places = nodes
    .slice(0, 5)
    .map(({ target, html, why }) => `    ${target.join(' ')}\n      ${html.slice(0, 200)}\n      ${oneLine(why)}`);
  if (nodes.length > 5) places.push(`    and ${nodes.length - 5} more`);
  return `  ${scheme}: ${help} (${id})\n${places.join('\n')}`;
}

const oneLine = (text: string): string => text.replace(/\s*\n\s*/g, ' ');

/** Nothing sticks out to the right: a phone's page scrolls in one direction. */
export async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const { wide, room } = await page
    .locator('html')
    .evaluate((html) => ({ wide: html.scrollWidth as number, room: html.clientWidth as number }));
  if (wide > room) throw new Error(`${page.url()} is ${wide} px wide in a window of ${room} px`);
}
