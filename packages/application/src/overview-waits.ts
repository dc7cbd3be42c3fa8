import type { LivePassesRow, MailboxWaitRow, ThrottledSystemRow, WaitRow } from '@sterna/store';

/** Why passes don't go on at the moment. */
export interface Throttled {
  /**
   * `throttled`: the system asked for less; `unavailable`: it doesn't answer; `window`: the settings say when; `mailbox`:
   * only this mailbox is full or in use.
   */
  readonly kind: 'throttled' | 'unavailable' | 'window' | 'mailbox';
  /** The one that waits for its own mailbox; undefined for those beyond the first. */
  readonly entry: { readonly id: number; readonly address: string } | undefined;
  /** Undefined where neither side is the cause, or nobody knows which. */
  readonly system: { readonly id: number; readonly name: string } | undefined;
  readonly side: 'source' | 'target' | 'both' | undefined;
  /** Where no system is named. */
  readonly between: { readonly source: string; readonly target: string } | undefined;
  readonly code: string | undefined;
  readonly reason: string;
  readonly fix: string | undefined;
  readonly since: Date | undefined;
  /** When the first of them goes on by itself. */
  readonly until: Date | undefined;
  readonly passes: number;
  /** Mailboxes at a time that Sterna allows itself there now, and at most. */
  readonly connections: number | undefined;
  readonly ceiling: number | undefined;
}

/**
 * One line for each cause: systems that asked for less, with all that waits for them (passes that were turned away and
 * queued ones that may not start), and what else pending passes wait for; then each mailbox that holds up itself alone.
 */
export function waitsOf(given: {
  readonly throttled: readonly ThrottledSystemRow[];
  readonly pending: readonly WaitRow[];
  readonly mailboxes: { readonly total: number; readonly rows: readonly MailboxWaitRow[] };
  readonly live: readonly LivePassesRow[];
  readonly names: ReadonlyMap<number, string>;
}): readonly Throttled[] {
  const { throttled, pending, mailboxes, live, names } = given;
  const told = new Set<WaitRow>();
  const systems = throttled.map((system): Throttled => {
    const turnedAway = pending.filter((wait) => kindOf(wait) === 'throttled' && systemOf(wait) === system.id);
    for (const wait of turnedAway) told.add(wait);
    const queued = live.filter(
      (row) => row.status === 'queued' && (row.source_system_id === system.id || row.target_system_id === system.id),
    );
    const rows = [...turnedAway, ...queued];
    return {
      kind: 'throttled',
      entry: undefined,
      system: { id: system.id, name: system.name },
      side: sideAmong(rows, system.id),
      between: undefined,
      code: turnedAway[0]?.code ?? undefined,
      reason: turnedAway[0]?.reason ?? system.reason ?? 'The system asked for less.',
      fix: turnedAway[0]?.fix ?? undefined,
      since: earliest([system.since, ...turnedAway.map((wait) => wait.since)]),
      until: system.until,
      passes: rows.reduce((sum, row) => sum + row.passes, 0),
      connections: system.connections,
      ceiling: system.ceiling,
    };
  });
  const groups = new Map<string, WaitRow[]>();
  for (const wait of pending) {
    if (told.has(wait)) continue;
    const key = JSON.stringify([wait.code, systemOf(wait) ?? [wait.source_system_id, wait.target_system_id]]);
    groups.set(key, [...(groups.get(key) ?? []), wait]);
  }
  return [
    ...systems,
    ...[...groups.values()].map((rows) => waitOf(rows, names)),
    ...mailboxes.rows.map((row): Throttled => {
      const address = systemOf(row) === row.source_system_id ? row.source_address : row.target_address;
      return { ...waitOf([{ ...row, passes: 1 }], names), kind: 'mailbox', entry: { id: row.entry_id, address } };
    }),
    ...moreMailboxes(mailboxes),
  ];
}

/** Those beyond the ones that are named. */
function moreMailboxes({
  total,
  rows,
}: {
  readonly total: number;
  readonly rows: readonly MailboxWaitRow[];
}): Throttled[] {
  const passes = total - rows.length;
  if (passes === 0) return [];
  return [
    {
      kind: 'mailbox',
      entry: undefined,
      system: undefined,
      side: undefined,
      between: undefined,
      code: undefined,
      reason: 'Each waits for its own mailbox.',
      fix: undefined,
      since: undefined,
      until: undefined,
      passes,
      connections: undefined,
      ceiling: undefined,
    },
  ];
}

function waitOf(rows: readonly WaitRow[], names: ReadonlyMap<number, string>): Throttled {
  const first = rows[0] as WaitRow;
  const systemId = systemOf(first);
  const name = (id: number): string => names.get(id) ?? '';
  return {
    kind: kindOf(first),
    entry: undefined,
    system: systemId === undefined ? undefined : { id: systemId, name: name(systemId) },
    side: systemId === undefined ? undefined : sideAmong(rows, systemId),
    between:
      systemId === undefined
        ? { source: name(first.source_system_id), target: name(first.target_system_id) }
        : undefined,
    code: first.code ?? undefined,
    reason: first.reason ?? 'It goes on by itself.',
    fix: first.fix ?? undefined,
    since: earliest(rows.map((wait) => wait.since)),
    until: earliest(rows.map((wait) => wait.until)),
    passes: rows.reduce((sum, wait) => sum + wait.passes, 0),
    connections: undefined,
    ceiling: undefined,
  };
}

function kindOf(wait: WaitRow): Throttled['kind'] {
  if (wait.code === 'outside-window') return 'window';
  return wait.class === 'throttled' ? 'throttled' : 'unavailable';
}

function systemOf(wait: Omit<WaitRow, 'passes'>): number | undefined {
  if (wait.side === 'source') return wait.source_system_id;
  // Only what is written to can be full.
  if (wait.side === 'target' || wait.code === 'over-quota') return wait.target_system_id;
  return undefined;
}

/** As what the passes that wait use the system. */
function sideAmong(
  rows: readonly { readonly source_system_id: number; readonly target_system_id: number }[],
  systemId: number,
): Throttled['side'] {
  const source = rows.some((row) => row.source_system_id === systemId);
  const target = rows.some((row) => row.target_system_id === systemId);
  if (source && target) return 'both';
  return source ? 'source' : target ? 'target' : undefined;
}

function earliest(dates: readonly (Date | null)[]): Date | undefined {
  const times = dates.filter((date) => date !== null).map((date) => date.getTime());
  return times.length === 0 ? undefined : new Date(Math.min(...times));
}
