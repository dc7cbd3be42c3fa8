/** Where a listing stands: a link of the service, and what was counted on the way. */
export interface DeltaCursor {
  readonly mode: 'full' | 'delta';
  /** `@odata.nextLink` within a listing, `@odata.deltaLink` at its end. */
  readonly link: string;
  /** Live objects: so far within a full listing, before the round within a delta. */
  readonly total: number;
  /** Within a delta: something was new, changed or gone. */
  readonly isChanged?: boolean;
  /** The link answers with what match keys are made of: what it selects was settled when the listing began. */
  readonly hasKeys?: boolean;
}

export const formatCursor = ({ mode, link, total, isChanged, hasKeys }: DeltaCursor): string =>
  JSON.stringify({ v: 1, m: mode, n: total, ...flag('c', isChanged), ...flag('k', hasKeys), l: link });

const flag = (name: string, isSet: boolean | undefined): object => (isSet === true ? { [name]: 1 } : {});

/** Undefined for what is no cursor of ours, or leads elsewhere. */
export function parseCursor(text: string | undefined, graph: string): DeltaCursor | undefined {
  if (text === undefined) return undefined;
  try {
    const { v, m, n, c, k, l } = JSON.parse(text) as Record<string, unknown>;
    if (v !== 1 || (m !== 'full' && m !== 'delta') || typeof n !== 'number' || typeof l !== 'string') return undefined;
    if (!l.startsWith(`${graph}/`)) return undefined;
    return { mode: m, link: l, total: n, isChanged: c === 1, hasKeys: k === 1 };
  } catch {
    return undefined;
  }
}
