import { fixed, goal, table, whole } from '../support/figures.ts';
import { BATCH, claimedEntry, LANES, ledgerBytes, settledPerSecond } from '../support/ledger-load.ts';
import type { Part } from './part.ts';

/** The books alone, through the functions that a pass uses: what a row takes, and how many are settled in a second. */
export const ledger: Part = {
  name: 'ledger',
  title: 'Ledger',
  async run(lab, { quick }) {
    const objects = quick ? 20_000 : 200_000;
    const { pool } = lab.books.database;
    const claim = await claimedEntry(lab.books);
    const before = await ledgerBytes(pool);
    const rate = await settledPerSecond(pool, claim, objects);
    const perRow = ((await ledgerBytes(pool)) - before) / objects;
    return [
      `${whole(objects)} objects, batches of ${BATCH}, ${LANES} at a time; each batch reserves its operations, commits its intents and commits its settlement (fsync on).`,
      table(['bytes per row, indexes included', 'objects settled per second'], [[fixed(perRow, 0), whole(rate)]]),
      [goal(perRow <= 450, '- at most 450 bytes per row'), goal(rate >= 10_000, '- at least 10,000 objects/s')].join(
        '\n',
      ),
    ].join('\n\n');
  },
};
