import { afterAll, beforeAll, expect } from 'vitest';
import { type Assumptions, type Microsoft365, startMicrosoft365, VirtualClock } from '../src/index.ts';
import { Contract } from './contract/index.ts';
import { type Client, signIn } from './sign-in.ts';

/** What one test file works with: a simulator of its own with empty mailboxes, and Contoso's app signed in. */
export interface Setting {
  readonly server: Microsoft365;
  readonly clock: VirtualClock;
  readonly call: Client;
}

/**
 * Starts a simulator before the file's tests and stops it after them, holding all that was said against Graph's
 * description. Its properties are there once tests run.
 *
 * @param of onPurpose: what the tests send wrongly to see it refused or passed over
 */
export function withServer(
  of: { readonly assumptions?: Partial<Assumptions>; readonly onPurpose?: RegExp } = {},
): Setting {
  const contract = new Contract();
  const setting = {} as { -readonly [K in keyof Setting]: Setting[K] };
  beforeAll(async () => {
    setting.clock = new VirtualClock();
    setting.server = await startMicrosoft365({
      empty: true,
      clock: setting.clock,
      assumptions: of.assumptions ?? {},
      observe: contract.observe,
    });
    setting.call = await signIn(setting.server, setting.server.tenant('contoso.example'));
  });
  afterAll(async () => {
    await setting.server.stop();
    expect(setting.server.failures).toEqual([]);
    expect(contract.faults.filter((fault) => of.onPurpose?.test(fault) !== true)).toEqual([]);
    if (contract.present) expect(contract.checked).toBeGreaterThan(0);
  });
  return setting;
}

/** All entries of a collection, page after page. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into JSON by hand
export async function all(call: Client, path: string, headers?: Record<string, string>): Promise<any[]> {
  const entries = [];
  for (let next: string | undefined = path; next !== undefined; ) {
    const { status, json } = await call('GET', next, undefined, headers);
    if (status !== 200) throw new Error(`${status} ${JSON.stringify(json)}`);
    entries.push(...json.value);
    next = json['@odata.nextLink'];
  }
  return entries;
}

/** One round of delta: its entries and the link for the next. */
export async function round(
  call: Client,
  path: string,
  headers?: Record<string, string>,
  // biome-ignore lint/suspicious/noExplicitAny: tests look into JSON by hand
): Promise<{ entries: any[]; link: string; pages: number }> {
  const entries = [];
  for (let next = path, pages = 1; ; pages++) {
    const { status, json } = await call('GET', next, undefined, headers);
    if (status !== 200) throw new Error(`${status} ${JSON.stringify(json)}`);
    entries.push(...json.value);
    if (json['@odata.deltaLink'] !== undefined) return { entries, link: json['@odata.deltaLink'], pages };
    next = json['@odata.nextLink'];
  }
}
