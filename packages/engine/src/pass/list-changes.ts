import type { Change, ChangePage, Container } from '@sterna/connector-kit';
import { WAITS_FOR_OBJECT } from '@sterna/content';
import type { ContentKind } from '@sterna/core';
import {
  type ContainerRow,
  clearTodos,
  countLive,
  deleteTodos,
  failedWith,
  forgetAccess,
  forgetListing,
  inFencedTransaction,
  insertTodos,
  type LedgerRow,
  markBack,
  markGone,
  markOthersGone,
  markUnlistedGone,
  type NewTodo,
  planFailedObjects,
  plannedAmong,
  planObjectsAgain,
  rememberListed,
  rowsBySource,
  type Settled,
  saveContainers,
  settleRows,
  sourceKey,
  type TodoVerb,
} from '@sterna/store';
import type { PoolClient } from 'pg';
import { capabilitiesFor, type PassContext } from './context.ts';
import { TRIAL_OBJECTS } from './pass-settings.ts';
import { type Decision, planChange } from './plan-change.ts';
import { savePositions } from './positions.ts';
import { isBeyondPostLimit } from './post-limit.ts';
import type { Structure } from './structure.ts';

/**
 * Lists what changed in every container and plans it. All containers are listed before anything is transferred, so
 * that a move is seen whole: gone here, new there.
 */
export async function listChanges(context: PassContext, structure: Structure): Promise<void> {
  context.progress.phase = 'listing';
  const excludedChanged: ContainerRow[] = [];
  let isWhole = true;
  for (const container of structure.source) {
    const row = context.sourceContainers.get(container.id);
    if (row === undefined) continue;
    if (structure.excluded.has(container.id)) {
      if (container.total !== undefined && row.total !== container.total) {
        row.total = container.total;
        excludedChanged.push(row);
      }
      continue;
    }
    if (row.listedPass === context.claim.number) {
      // Listed before this pass was interrupted: what changed since is for the next one.
      isWhole &&= row.glance === container.glance;
      continue;
    }
    if (unchanged(context, row, container)) continue;
    await listContainer(context, row);
  }
  await planGoneContainers(context);
  if (excludedChanged.length > 0)
    await inFencedTransaction(context.pool, context.claim.lease, (client) =>
      saveContainers(client, context.claim.entryId, excludedChanged),
    );
  if (isWhole) await savePositions(context, context.sourceContainers, structure.source);
}

const unchanged = (context: PassContext, row: ContainerRow, container: Container): boolean =>
  row.listingPass === undefined &&
  row.glance !== undefined &&
  row.glance === container.glance &&
  row.planVersion === context.settings.planVersion;

/** Never listed, not even in part: the books hold nothing of it, and nothing of it is planned. */
const isNew = (row: ContainerRow): boolean => row.planVersion === undefined && row.listingPass === undefined;

/** One container, page by page; each page commits with the resume point of the listing. `fromScratch`: to reconcile. */
export async function listContainer(context: PassContext, row: ContainerRow, fromScratch = false): Promise<void> {
  const { pool, claim, source, settings } = context;
  context.progress.container = row.path.join('/');
  const resumed = !fromScratch && row.listingPass === claim.number;
  const interrupted = row.listingPass !== undefined && !resumed;
  const replan = row.planVersion !== undefined && row.planVersion !== settings.planVersion;
  const cursor = fromScratch || interrupted || (replan && !resumed) ? undefined : row.cursor;
  const known = isNew(row) ? 0 : await countLive(pool, claim.entryId, row.id);
  const { dateFilter, sizeLimit } = settings.settings;
  let first = true;
  for await (const page of source.reader.changes(row.key, cursor, {
    date: dateFilter.from !== undefined || dateFilter.to !== undefined,
    size: sizeLimit !== undefined || settings.tier === 'trial',
    known,
  })) {
    context.control.checkpoint();
    const fresh = first && !resumed;
    first = false;
    await inFencedTransaction(pool, claim.lease, (client) => planPage(context, client, row, page, fresh));
    await context.reached('during-listing');
  }
}

async function planPage(
  context: PassContext,
  client: PoolClient,
  row: ContainerRow,
  page: ChangePage,
  fresh: boolean,
): Promise<void> {
  const { entryId, number } = context.claim;
  const isFirst = isNew(row);
  if (fresh && page.mode === 'full' && !isFirst) {
    await clearTodos(client, entryId, row.id);
    // A whole one leaves nothing behind.
    if (row.listingPass !== undefined) await forgetListing(client, entryId, row.id);
  }
  const scope = capabilitiesFor(context.source, row.kind).idScope === 'container' ? row.key : undefined;
  const filtersChanged = row.planVersion !== context.settings.planVersion;
  const changes = page.changes.map((change) => ({
    change,
    src: sourceKey(context.stampKey, row.kind, scope, change.id),
  }));
  const srcs = changes.map((one) => one.src);
  const { postLimit } = context.settings.settings;
  const limit = postLimit === undefined ? undefined : { most: postLimit, decidesAnew: filtersChanged };
  const rootOf = ({ conversation }: Change): Buffer | undefined =>
    limit === undefined || conversation === undefined
      ? undefined
      : sourceKey(context.stampKey, row.kind, scope, conversation.root);
  const asked = [...srcs, ...page.changes.flatMap((change) => rootOf(change) ?? [])];
  const rows: Map<string, LedgerRow> = await rowsBySource(client, entryId, asked);
  const planned: Map<string, { seq: number; verb: TodoVerb }> =
    isFirst || asked.length === 0 ? new Map() : await plannedAmong(client, entryId, row.id, asked);

  const todos: NewTodo[] = [];
  const filteredRows: Settled[] = [];
  const gone: Buffer[] = [];
  const back: Buffer[] = [];
  const stale: number[] = [];
  const otherAccess: Buffer[] = [];
  for (const { change, src } of changes) {
    const key = src.toString('hex');
    const known = rows.get(key);
    const plan = planned.get(key);
    if (known?.accessVersion !== undefined && known.accessVersion !== (change.accessVersion ?? known.accessVersion))
      otherAccess.push(src);
    // A flag change that was planned and not done is replaced by the newer one.
    const plannedVerb = plan?.verb === 'state' ? undefined : plan?.verb;
    const root = rootOf(change)?.toString('hex') ?? key;
    const decision = withinTrial(
      context,
      row.kind,
      planChange(
        change,
        known,
        plannedVerb,
        context.settings.settings,
        filtersChanged,
        isBeyondPostLimit(change, rows.get(root), planned.has(root), limit),
      ),
    );
    if (plan?.verb === 'state' && (decision.action === 'state' || decision.action === 'gone')) stale.push(plan.seq);
    switch (decision.action) {
      case 'create':
        todos.push({ verb: 'create', src, srcId: change.id });
        break;
      case 'replace':
        todos.push({ verb: 'replace', src, srcId: change.id });
        if (known?.gonePass !== undefined) back.push(src);
        break;
      case 'state':
        todos.push({ verb: 'state', src, srcId: change.id, flags: decision.flags });
        if (known?.gonePass !== undefined) back.push(src);
        break;
      case 'filter':
        filteredRows.push({
          kind: row.kind,
          src,
          srcId: change.id,
          container: row.id,
          targetContainer: undefined,
          state: 'filtered',
          reason: decision.reason,
          size: change.size,
          flags: undefined,
          matchKey: undefined,
          digest: undefined,
          targetId: undefined,
          srcVersion: change.version,
        });
        break;
      case 'gone':
        gone.push(src);
        if (plan !== undefined) stale.push(plan.seq);
        break;
      case 'back':
        back.push(src);
        break;
      case 'forget-todo':
        if (plan !== undefined) stale.push(plan.seq);
        break;
      case 'none':
        break;
    }
  }
  await deleteTodos(client, entryId, row.id, stale);
  await insertTodos(client, entryId, row.id, todos);
  await settleRows(client, entryId, number, filteredRows);
  await markGone(client, entryId, number, gone);
  await markBack(client, entryId, back);
  await forgetAccess(client, entryId, otherAccess);
  const isOnlyPage = fresh && page.next !== undefined;
  if (page.mode === 'full') {
    if (!isOnlyPage) await rememberListed(client, entryId, row.id, srcs);
    else if (!isFirst) await markOthersGone(client, entryId, number, row.id, srcs);
  }

  if (page.next !== undefined) {
    if (page.mode === 'full' && !isOnlyPage) await markUnlistedGone(client, entryId, number, row.id);
    row.cursor = page.next.cursor;
    row.glance = page.next.glance;
    row.total = page.next.total;
    row.listingPass = undefined;
    row.listingMode = undefined;
    row.listedPass = number;
    row.planVersion = context.settings.planVersion;
  } else {
    row.cursor = page.resume;
    row.listingPass = number;
    row.listingMode = page.mode;
  }
  await saveContainers(client, entryId, [row]);
}

function withinTrial(context: PassContext, kind: ContentKind, decision: Decision): Decision {
  if (context.trial === undefined || decision.action !== 'create') return decision;
  const left = context.trial.objectsLeft.get(kind) ?? TRIAL_OBJECTS;
  if (left <= 0) return { action: 'filter', reason: 'trial-limit' };
  context.trial.objectsLeft.set(kind, left - 1);
  return decision;
}

/** A source container that is no more: all that was in it is gone (or has moved, which the transfer finds out). */
async function planGoneContainers(context: PassContext): Promise<void> {
  const gone = [...context.sourceContainers.values()].filter((row) => row.gone && row.total > 0);
  for (const row of gone) {
    await inFencedTransaction(context.pool, context.claim.lease, async (client) => {
      await forgetListing(client, context.claim.entryId, row.id);
      await clearTodos(client, context.claim.entryId, row.id);
      await markUnlistedGone(client, context.claim.entryId, context.claim.number, row.id);
      row.total = 0;
      row.cursor = undefined;
      row.glance = undefined;
      row.listingPass = undefined;
      await saveContainers(client, context.claim.entryId, [row]);
    });
  }
}

/** What failed in an earlier pass is planned again, each time; just some of it where a person retries one cause. */
export async function planFailures(context: PassContext): Promise<void> {
  const { pool, claim, settings } = context;
  await inFencedTransaction(pool, claim.lease, (client) =>
    planFailedObjects(client, claim.entryId, claim.number, settings.retryOnly),
  );
}

/**
 * What failed in this very pass because something that it names wasn't in the target yet is planned once more.
 *
 * @param before How many waited last time: where none of them was brought since, they stay failed
 * @returns how many are planned
 */
export async function planWaiting(context: PassContext, before = Number.POSITIVE_INFINITY): Promise<number> {
  const { pool, claim } = context;
  const waiting = await failedWith(pool, claim.entryId, claim.number, WAITS_FOR_OBJECT);
  if (waiting.length === 0 || waiting.length >= before) return 0;
  await inFencedTransaction(pool, claim.lease, (client) =>
    planObjectsAgain(client, claim.entryId, claim.number, waiting),
  );
  return waiting.length;
}
