import {
  ITEM_TYPES,
  type ItemType,
  type LicenseEvent,
  type LicenseType,
  licenseTypeOf,
  requireReach,
  SternaError,
} from '@sterna/core';
import {
  confirmRestore,
  inOrganization,
  latestLicenseEvents,
  openRestore,
  organizationByPublicId,
  standInFor,
} from '@sterna/store';
import type { Context } from './context.ts';
import { type Ledger, soundLedgerExport, storedLedger } from './licenses.ts';
import { verifySignedReport } from './signed-report.ts';

/** Who does this: whoever can read the data folder; no account is asked for. */
const ACTOR = 'sterna database reconcile';

export interface Reconciled {
  /** How the restore was noticed, in words. */
  readonly how: string;
  readonly ledgers: readonly {
    readonly organization: string;
    /** License events that the restored database lacked and that are in it again. */
    readonly added: number;
    readonly burned: number;
    /** Entries that were made after the backup: archived, their licenses stay burned. */
    readonly lostEntries: number;
  }[];
}

/** Since when the database is known to be a restored one that nobody has reconciled; whoever asks may know. */
export const waitsForReconcile = async (context: Context): Promise<Date | undefined> =>
  (await openRestore(context.db))?.noticedAt;

/**
 * Ends what a restore of the database began: license events that it lost are taken from exports made later, as they are, so
 * that no license that was burned can be burned again; then passes may write. Exports are verified before.
 *
 * @param input.ledgers parsed exports of license ledgers, the newest of each organization
 * @param input.reports JSON of reports that this installation signed: before anything is done, each organization's ledger has
 *   to reach their heads, by what is here or by its export
 * @throws SternaError those of `verifySignedReport`; config `database-not-restored`, `reconcile-without-ledger`, `ledger-file-invalid`, `ledger-broken`,
 *   `ledger-foreign`, `ledger-forked`, `entry-id-taken`
 */
export async function reconcile(
  context: Context,
  input: {
    readonly ledgers: readonly unknown[];
    readonly reports?: readonly string[] | undefined;
    readonly withoutLedger?: boolean | undefined;
  },
): Promise<Reconciled> {
  const restore = await openRestore(context.db);
  if (restore === undefined)
    throw new SternaError(
      'config',
      'database-not-restored',
      'The database was not restored from a backup, as far as is known.',
      {
        fix: 'There is nothing to do. If it was, in a way that can’t be noticed (a snapshot of the machine), add --mark first.',
      },
    );
  const exports = input.ledgers.map(soundLedgerExport);
  for (const text of input.reports ?? []) await requireReached(context, text, exports);
  if (input.ledgers.length === 0 && input.withoutLedger !== true)
    throw new SternaError('config', 'reconcile-without-ledger', 'No export of a license ledger was given.', {
      fix: 'Give the newest one (--ledger FILE). If there is none, --without-ledger lets licenses that were burned since the backup be burned again.',
      field: '--ledger',
    });
  const ledgers: Reconciled['ledgers'][number][] = [];
  for (const one of exports) ledgers.push(await readd(context, one, restore.noticedAt));
  await confirmRestore(context.db);
  return { how: restore.how, ledgers };
}

async function readd(context: Context, ledger: Ledger, noticedAt: Date): Promise<Reconciled['ledgers'][number]> {
  const organization = await organizationByPublicId(context.db, ledger.organization);
  if (organization === undefined) throw foreign('export', '--ledger');
  return inOrganization(context.db, organization.id, ACTOR, async (tx) => {
    const book = await tx.licenses();
    const { head } = book;
    // What is here must be what the export begins with; an older export has nothing to add.
    const known = ledger.events.slice(0, head.seq);
    const at = known.at(-1);
    const [here] =
      at === undefined ? [] : await latestLicenseEvents(tx.db, organization.id, { before: at.seq + 1, limit: 1 });
    if (at !== undefined && at.hash !== here?.hash)
      throw new SternaError('config', 'ledger-forked', `The ledgers differ since event ${at.seq} or before.`, {
        fix: 'The ledger went on since the backup, or the export is another’s. Restore the backup again and reconcile it first.',
        field: '--ledger',
      });
    const missing = ledger.events.slice(head.seq);
    const lostEntries = await standInFor(tx.db, organization.id, entriesOf(ledger.events, missing), noticedAt);
    if (missing.length > 0) book.append(missing);
    const burned = missing.filter(({ kind }) => kind === 'burn').length;
    tx.audit('database.reconcile', `organization/${organization.id}`, { added: missing.length, burned, lostEntries });
    tx.event({ type: 'license' });
    return { organization: organization.name, added: missing.length, burned, lostEntries };
  });
}

/** No license that a report knew to be burned may be free again, whatever else is given or done without. */
async function requireReached(context: Context, text: string, exports: readonly Ledger[]): Promise<void> {
  const report = verifySignedReport(text, { key: context.signer.publicKey });
  const { organization: publicId } = report.proof;
  const organization = await organizationByPublicId(context.db, publicId);
  if (organization === undefined) throw foreign('report', '--report');
  const here = await storedLedger(context, organization);
  const candidates = [here, ...exports.filter((one) => one.organization === publicId)];
  // That an export goes on from what is here is seen when it is appended.
  requireReach(
    report,
    candidates.reduce((a, b) => (b.events.length > a.events.length ? b : a)),
  );
}

const foreign = (what: string, field: string): SternaError =>
  new SternaError('config', 'ledger-foreign', `The ${what} is of an organization that this database doesn’t have.`, {
    fix: 'Give one of its own.',
    field,
  });

/** Entries that the events name, with what kind of item their licenses are for. */
function entriesOf(
  all: readonly LicenseEvent[],
  events: readonly LicenseEvent[],
): { id: number; itemType: ItemType }[] {
  const types = new Map<number, LicenseType>();
  for (const event of all)
    if (event.kind === 'assign' || event.kind === 'burn') types.set(event.entry, event.data.type);
  const ids = new Set(events.flatMap((event) => (event.kind === 'grant' ? [] : [event.entry])));
  return [...ids].map((id) => ({
    id,
    itemType: ITEM_TYPES.find((item) => licenseTypeOf(item) === (types.get(id) ?? 'mail')) ?? 'mailbox',
  }));
}
