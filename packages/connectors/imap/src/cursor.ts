/** How far a folder was listed; opaque to the engine. */
export interface Cursor {
  readonly validity: number;
  /** Messages below this UID are known. */
  readonly uidNext: number;
  /** Changes up to here are known; undefined where the folder keeps no mod-sequences. */
  readonly modseq: string | undefined;
  readonly messages: number;
  /** A full listing that has come as far as this UID. */
  readonly listedTo: number | undefined;
}

export function formatCursor(cursor: Cursor): string {
  const { validity, uidNext, modseq, messages, listedTo } = cursor;
  return JSON.stringify({ v: validity, n: uidNext, m: modseq, c: messages, at: listedTo });
}

/** Undefined for what isn't ours: a full listing follows, never an error. */
export function parseCursor(text: string | undefined): Cursor | undefined {
  if (text === undefined) return undefined;
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof raw !== 'object' || raw === null) return undefined;
  const { v, n, m, c, at } = raw as Record<string, unknown>;
  const whole = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
  if (!whole(v) || !whole(n) || !whole(c) || (at !== undefined && !whole(at))) return undefined;
  if (m !== undefined && !(typeof m === 'string' && /^[1-9]\d{0,19}$/.test(m))) return undefined;
  return { validity: v, uidNext: n, modseq: m, messages: c, listedTo: at };
}
