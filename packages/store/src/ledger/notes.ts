import type { Pool, PoolClient } from 'pg';

/** What people must see of one object: a failure, an uncertainty, what the target could not hold. */
export interface ObjectNote {
  readonly kind: 'failure' | 'uncertain' | 'fidelity' | 'skipped' | 'suspect' | 'gone';
  readonly code: string;
  readonly text: string;
  readonly fix?: string | undefined;
  /** Subject, cut to 200 characters, so that a person recognizes it. */
  readonly subject?: string | undefined;
  readonly src?: Buffer | undefined;
  readonly container?: number | undefined;
  readonly srcId?: string | undefined;
}

export async function insertNotes(
  client: Pool | PoolClient,
  entryId: number,
  pass: number,
  notes: readonly ObjectNote[],
): Promise<void> {
  if (notes.length === 0) return;
  await client.query(
    `insert into object_note (entry_id, pass, kind, code, text, fix, subject, src, container, src_id)
     select $1, $2, * from unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bytea[],
            $9::integer[], $10::text[])`,
    [entryId, pass, ...noteColumns(notes)],
  );
}

/** Arrays of kind, code, text, fix, subject, src, container and src_id, as their rows hold them. */
export const noteColumns = (notes: readonly ObjectNote[]) =>
  [
    notes.map((n) => n.kind),
    notes.map((n) => n.code),
    // PostgreSQL text can't hold NUL.
    notes.map((n) => n.text.replaceAll('\0', '').slice(0, 2_000)),
    notes.map((n) => n.fix ?? null),
    notes.map((n) => n.subject?.replaceAll('\0', '').slice(0, 200) ?? null),
    notes.map((n) => n.src ?? null),
    notes.map((n) => n.container ?? null),
    notes.map((n) => n.srcId ?? null),
  ] as const;
