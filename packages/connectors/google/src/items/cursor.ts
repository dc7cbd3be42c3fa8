/** Where a listing by sync tokens stands after its end. */
export interface SyncCursor {
  readonly token: string;
  /** Live objects then. */
  readonly total: number;
}

export const formatCursor = ({ token, total }: SyncCursor): string => JSON.stringify({ v: 1, n: total, t: token });

/** Undefined for what is no cursor of ours. */
export function parseCursor(text: string | undefined): SyncCursor | undefined {
  if (text === undefined) return undefined;
  try {
    const { v, n, t } = JSON.parse(text) as Record<string, unknown>;
    return v === 1 && typeof n === 'number' && typeof t === 'string' ? { token: t, total: n } : undefined;
  } catch {
    return undefined;
  }
}
