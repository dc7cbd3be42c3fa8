import { type Books, SternaError, sumOfStates } from '@sterna/core';
import { applyAccess } from './apply-access.ts';
import { applyStates } from './apply-states.ts';
import { booksOfPass, nameInBooks, type PassBooks } from './books-of-pass.ts';
import type { PassContext } from './context.ts';
import { handleDeletions } from './deletions.ts';
import { removeEmptiedFolders } from './emptied-folders.ts';
import { closeTargets, dirtyTargets } from './late-landings.ts';
import { listBothSides } from './list-both-sides.ts';
import { listChanges, listContainer, planFailures, planWaiting } from './list-changes.ts';
import { Pace } from './pace.ts';
import { savePositions } from './positions.ts';
import { recover } from './recover.ts';
import { rekeyTargets } from './rekey-targets.ts';
import { linkBooksOf, relink } from './relink.ts';
import { replaceChanged } from './replace.ts';
import { loadStructure, matchStructure, type Structure } from './structure.ts';
import { takeInventories } from './take-inventory.ts';
import { transfer } from './transfer.ts';

/**
 * An initial or a delta pass; the difference is only what the books already hold.
 *
 * re-key what changed its ids → settle what is open → match folders → list changes → read, intend, write, settle → flags →
 * rights → deletions → close.
 *
 * @throws SternaError bug `unbalanced` when the books don't balance even after listing again
 */
export async function migrate(context: PassContext): Promise<PassBooks> {
  const pace = new Pace(context.settings.settings);
  pace.check();
  await loadStructure(context);
  const [source, listed] = await listBothSides(context);
  const target = listed ?? [];
  await rekeyTargets(context, target);
  await recover(context, dirtyTargets(context, target));
  const structure = await matchStructure(context, source, listed);
  await takeInventories(context, target);
  await listChanges(context, structure);
  // After the listing, which may start from scratch and drop what was planned.
  await planFailures(context);
  await carryOut(context, pace);

  let books = await booksOfPass(context, structure);
  // The source changed under the listing (an expunge between two pages): list those containers once more, whole.
  if (!books.balanced) {
    await relistUnbalanced(context, structure, books);
    await carryOut(context, pace);
    books = await booksOfPass(context, structure);
  }
  const access = await applyAccess(context, structure);
  await handleDeletions(context);
  await removeEmptiedFolders(context, target);
  await context.reached('before-close');
  if (await closeTargets(context, target)) {
    await applyStates(context);
    books = await booksOfPass(context, structure);
  }
  // As it was at the start: what was written since is seen as a change by the next pass.
  if (listed !== undefined) await savePositions(context, context.targetContainers, listed);
  const links = await linkBooksOf(context);
  return {
    ...books,
    ...(structure.refused === 0 ? {} : { refusedContainers: structure.refused }),
    ...(access === undefined ? {} : { access }),
    ...(links === undefined ? {} : { links }),
  };
}

async function carryOut(context: PassContext, pace: Pace): Promise<void> {
  await transferAndReplace(context, pace);
  // As long as that brings any of them: what they name may have been written after them.
  for (let waiting = await planWaiting(context); waiting > 0; ) {
    await transferAndReplace(context, pace);
    waiting = await planWaiting(context, waiting);
  }
  // Only now is all in its place that links lead to.
  await relink(context);
  await applyStates(context);
}

async function transferAndReplace(context: PassContext, pace: Pace): Promise<void> {
  // Whom a group takes is one of its settings: a change of that comes before those who are new in it.
  await replaceChanged(context, ['setting']);
  await transfer(context, pace);
  // What left its copy to people is created beside it.
  if (await replaceChanged(context)) await transfer(context, pace);
}

async function relistUnbalanced(context: PassContext, structure: Structure, books: PassBooks): Promise<void> {
  const unbalanced = new Set(
    books.containers
      .filter((one) => one.books.seen !== sumOfStates(one.books))
      .map((one) => `${one.kind} ${one.container}`),
  );
  for (const row of context.sourceContainers.values())
    if (unbalanced.has(`${row.kind} ${nameInBooks(row.path)}`) && !structure.excluded.has(row.key))
      await listContainer(context, row, true);
}

/** `completed` means that all is accounted for: no object or container failed, none is uncertain, no rights wait. */
export function verdict(books: PassBooks): 'completed' | 'completed with failures' {
  if (!books.balanced) throw unbalanced(books.total);
  const { failed, uncertain } = books.total;
  const { access, refusedContainers = 0 } = books;
  const left = failed + uncertain + refusedContainers + (access?.failed ?? 0) + (access?.waiting ?? 0);
  return left > 0 ? 'completed with failures' : 'completed';
}

const unbalanced = (total: Books): SternaError =>
  new SternaError(
    'bug',
    'unbalanced',
    `The books don't balance: the source holds ${total.seen} objects, ${sumOfStates(total)} are accounted for.`,
    { fix: 'Start a delta pass; if it stays unbalanced, report it with the pass’s report.' },
  );
