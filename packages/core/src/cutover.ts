/** Lines that every batch's checklist begins with, in the order of the night. */
export const CUTOVER_LINES = [
  { key: 'last-delta', title: 'Last delta pass has run' },
  { key: 'forwarding', title: 'Forwarding from the old mailboxes is set' },
  { key: 'mx', title: 'MX records point to the new system' },
  { key: 'profiles', title: 'Profiles and devices use the new mailboxes' },
  { key: 'verify', title: 'Verify pass has found no difference' },
] as const;
export type CutoverLineKey = (typeof CUTOVER_LINES)[number]['key'];

/** How the passes of a batch stand behind a line: each live entry is in exactly one of the counts. */
export interface PassEvidence {
  readonly entries: number;
  /** Completed: nothing failed, nothing differs. */
  readonly done: number;
  /** Ended with failures, or a verify that found differences. */
  readonly withFailures: number;
  /** The pass itself failed or was stopped. */
  readonly failed: number;
  readonly running: number;
  /** No such pass yet. */
  readonly none: number;
  /** Ended before the entry's last migrating pass: a verify that has been overtaken. */
  readonly stale: number;
  readonly firstEndedAt: Date | undefined;
  readonly lastEndedAt: Date | undefined;
}
