import type { ConsoleMessage, Page, Response } from 'playwright-core';

export interface TroubleOptions {
  /** Answers from 400 on that the test brings about on purpose: `[400, '409 /api/entries']` (part of the path). */
  readonly refusals?: readonly (number | string)[];
  /** The server or the connection goes away in this test: failed requests and 5xx are no trouble. */
  readonly serverMayGo?: boolean;
}

/** What a browser says of a failed request in the console; the request itself is judged instead. */
const ABOUT_A_REQUEST = /^Failed to load resource/;

/** Listens to a page for what no user should ever cause: script errors, console errors, CSP violations, refusals. */
export class Troubles {
  readonly #options: TroubleOptions;
  readonly #found: string[] = [];
  /** The page goes on, and is judged no more. */
  readonly stop: () => void;

  constructor(page: Page, options: TroubleOptions) {
    this.#options = options;
    const onError = (error: Error): unknown => this.#found.push(`script error: ${error.stack ?? error.message}`);
    const onConsole = (message: ConsoleMessage): void => {
      if (message.type() === 'error' && !ABOUT_A_REQUEST.test(message.text()))
        this.#found.push(`console: ${message.text()}`);
    };
    const onResponse = (response: Response): void => {
      if (response.status() >= 400 && !this.#isExpected(response))
        this.#found.push(`${response.request().method()} ${response.url()} was answered ${response.status()}`);
    };
    page.on('pageerror', onError);
    page.on('console', onConsole);
    page.on('response', onResponse);
    this.stop = () => {
      page.off('pageerror', onError);
      page.off('console', onConsole);
      page.off('response', onResponse);
    };
  }

  #isExpected(response: Response): boolean {
    const { refusals = [], serverMayGo = false } = this.#options;
    const status = response.status();
    if (serverMayGo && status >= 500) return true;
    return refusals.some((one) => {
      if (typeof one === 'number') return one === status;
      const [code, path = ''] = one.split(' ');
      return Number(code) === status && response.url().includes(path);
    });
  }

  /** Nothing but what was expected has happened. */
  expectNone(): void {
    if (this.#found.length > 0) throw new Error(`the page had troubles:\n${this.#found.join('\n')}`);
  }
}
