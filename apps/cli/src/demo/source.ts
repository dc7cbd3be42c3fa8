import type { SystemBody } from './project.ts';

/** What people did, in words, with how often. */
export type Doings = ReadonlyMap<string, number>;

/** The organization that ten people of the demo leave. */
export interface DemoSource {
  /** What stands here in for what, in one line. */
  readonly told: string;
  /** Of its simulator. */
  readonly baseUrl: string;
  /** “Contoso” */
  readonly name: string;
  readonly system: SystemBody;
  /** Everybody's address, those first who can move. */
  readonly people: readonly string[];
  /** People use their mailboxes and drives, by the vendor's API as their programs do. */
  spendWeekEnd(people: readonly string[]): Promise<Doings>;
  /** Mails about events that people would have got so far. */
  mailed(): number;
  stop(): Promise<void>;
}

export type SourceName = 'microsoft365' | 'google';

/** Counts what was done. */
export class DoingsLog {
  readonly all = new Map<string, number>();

  done(what: string): void {
    this.all.set(what, (this.all.get(what) ?? 0) + 1);
  }
}
