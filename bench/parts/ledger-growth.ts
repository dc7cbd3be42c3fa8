import type { Database } from '@sterna/store';
import { fixed, goal, percent, table, whole } from '../support/figures.ts';
import { claimedEntry, ledgerBytes, settledPerSecond } from '../support/ledger-load.ts';
import type { Part } from './part.ts';

/** Of one entry: a large mailbox. */
const ENTRY_ROWS = 100_000;
/** Far from the ids of real ones. */
const FIRST_ENTRY = 1_000_000_000;

/** Whether the books get slower as they grow: the first objects of an empty ledger, and the last ones of a full one. */
export const ledgerGrowth: Part = {
  name: 'ledger-growth',
  title: 'A ledger that grows',
  async run(lab, { quick, rows }) {
    const full = rows ?? (quick ? 200_000 : 5_000_000);
    const measured = Math.min(1_000_000, Math.max(20_000, Math.round(full / 20)));
    const { pool } = lab.books.database;
    const first = await settledPerSecond(pool, await claimedEntry(lab.books), measured);
    console.log(`  empty: ${whole(first)} objects/s`);
    await fill(pool, full - 2 * measured);
    const last = await settledPerSecond(pool, await claimedEntry(lab.books), measured);
    const bytes = await ledgerBytes(pool);
    return [
      `${whole(full)} rows in the end, of ${whole(Math.ceil(full / ENTRY_ROWS))} entries; the first and the last ${whole(measured)} are settled as a pass does, those between are put there by the database itself, and analyzed.`,
      table(
        ['', 'objects settled per second'],
        [
          [`the first ${whole(measured)}`, whole(first)],
          [`the last ${whole(measured)}`, whole(last)],
        ],
      ),
      `${fixed(bytes / 1e9, 1)} GB, ${fixed(bytes / full, 0)} bytes a row, indexes included.`,
      goal(bytes / full <= 450, '- at most 450 bytes per row'),
      goal(last >= 0.8 * first, `- the last ones at ${percent(last / first)} of the rate of the first (goal 80 %)`),
    ].join('\n\n');
  },
};

/** Rows as a pass leaves them, in the order in which passes would: entry by entry. */
async function fill(pool: Database['pool'], rows: number): Promise<void> {
  for (let done = 0; done < rows; done += ENTRY_ROWS) {
    await pool.query(
      `insert into ledger (entry_id, size, container, target_container, pass, kind, state, reason, src, src_id, flags,
                           match_key, digest, target_id)
       select $1::bigint, 8192, 1, 1, 1, 0, 1, 0, decode(md5($1::text || n::text), 'hex'), '1700000000.' || n, '\\seen',
              decode(md5('k' || n::text), 'hex'), decode(md5('d' || n::text), 'hex'), '1700000001.' || n
         from generate_series(1, $2::int) n`,
      [FIRST_ENTRY + done / ENTRY_ROWS, Math.min(ENTRY_ROWS, rows - done)],
    );
    if (done % 1_000_000 === 0) console.log(`  ${whole(done)} of ${whole(rows)} rows are put there`);
  }
  await pool.query('analyze ledger');
}
