import { randomBytes } from 'node:crypto';
import { appendFileSync } from 'node:fs';

/** The account of a live run, as its command hands it to the tests. */
export interface LiveAccount {
  readonly system: string;
  readonly connectorSettings: Readonly<Record<string, unknown>>;
  readonly address: string;
  readonly password: string;
}

/** @throws Error outside of a live run */
export function liveAccount(): LiveAccount {
  const { STERNA_LIVE_ACCOUNT: account, STERNA_LIVE_PASSWORD: password } = process.env;
  if (account === undefined || password === undefined) throw new Error('this is run by npm run test:live');
  return { ...(JSON.parse(account) as Omit<LiveAccount, 'password'>), password };
}

/** What every name of a run begins with, so that its traces can be told from what was there; another one for each test. */
export const liveScope = (): string => `Sterna test ${randomBytes(4).toString('hex')} `;

/** Whether a container of this name was made by such a test, of whichever run. */
export const isOfLiveScope = (name: unknown): boolean =>
  typeof name === 'string' && /^Sterna test [0-9a-f]{8} /.test(name);

/** Something that the simulator assumes, and what the service really does. */
export interface Observation {
  readonly kind: 'behaviour';
  /** The simulator's switch, where there is one. */
  readonly name: string;
  readonly question: string;
  readonly assumed: string;
  readonly observed: string;
}

/** One kind of content, written and read again. */
export interface GoldenResult {
  readonly kind: 'golden';
  readonly content: string;
  readonly written: number;
  readonly same: number;
  /** Came back otherwise, which was told when they were written. */
  readonly told: number;
  /** Labels of those that came back otherwise, or were refused, with the reason. */
  readonly others: readonly string[];
  readonly notes: readonly string[];
}

/** Adds to the report of the run. */
export function report(entry: Observation | GoldenResult): void {
  const file = process.env.STERNA_LIVE_OUTPUT;
  if (file === undefined) throw new Error('this is run by npm run test:live');
  appendFileSync(file, `${JSON.stringify(entry)}\n`);
}
