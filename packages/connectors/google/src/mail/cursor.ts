/** Where the listing of a folder stands. */
export interface MailCursor {
  readonly mode: 'full' | 'delta';
  /** What was to be seen there is in the books up to this point of the mailbox's history. */
  readonly history: string;
  /** What labels meant then: `Scheme.version`. */
  readonly scheme: string;
  /** Messages in the folder at that point. */
  readonly total: number;
  /** Within a full listing: the last id that was listed. */
  readonly after?: string;
}

export const formatCursor = ({ mode, history, scheme, total, after }: MailCursor): string =>
  JSON.stringify({ v: 1, m: mode, h: history, s: scheme, n: total, ...(after === undefined ? {} : { a: after }) });

/** Undefined for what is no cursor of ours. */
export function parseCursor(text: string | undefined): MailCursor | undefined {
  if (text === undefined) return undefined;
  try {
    const { v, m, h, s, n, a } = JSON.parse(text) as Record<string, unknown>;
    if (v !== 1 || (m !== 'full' && m !== 'delta') || typeof n !== 'number') return undefined;
    if (typeof h !== 'string' || !/^\d{1,30}$/.test(h) || typeof s !== 'string') return undefined;
    return { mode: m, history: h, scheme: s, total: n, ...(typeof a === 'string' ? { after: a } : {}) };
  } catch {
    return undefined;
  }
}
