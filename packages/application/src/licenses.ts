import {
  decideAssign,
  decideGrant,
  decideRelease,
  grantOfPack,
  type LicenseBalance,
  type LicenseEvent,
  type LicenseFact,
  type LicenseTier,
  type LicenseType,
  licenseTypeOf,
  parseLicensePack,
  SternaError,
  verifyChain,
} from '@sterna/core';
import {
  inOrganization,
  latestLicenseEvents,
  licenseEvents,
  type Organization,
  organizationById,
  sha256Text,
} from '@sterna/store';
import { z } from 'zod';
import { projectsToRead, readCursor, readLimit, requireOwner, requireScope, requireSomewhere } from './access.ts';
import type { Actor, Context, Page } from './context.ts';
import { readPublicKey, verifies } from './ed25519.ts';
import { refuseArchived } from './entries.ts';
import { type EntryLicense, licenseState } from './entry-view.ts';
import { listedEntry, lockListedEntry, readableEntries } from './reach.ts';

/** Per type and tier: granted = available + assigned + burned. */
export async function getBalances(context: Context, actor: Actor): Promise<readonly LicenseBalance[]> {
  requireSomewhere(actor, 'read');
  return (await licenseState(context.db, actor.organizationId)).balances();
}

/** How this installation comes to licenses. */
export function licensingTerms(context: Context, actor: Actor): { readonly packsOnly: boolean } {
  requireSomewhere(actor, 'read');
  return { packsOnly: context.licensing.packsOnly };
}

/**
 * The organization's owner grants its own licenses.
 *
 * @throws SternaError config `license-packs-only` where the installation accepts only signed packs
 */
export async function grantLicenses(
  context: Context,
  actor: Actor,
  input: { type: LicenseType; tier: LicenseTier; quantity: number; note?: string | undefined },
): Promise<LicenseBalance> {
  requireOwner(actor);
  if (context.licensing.packsOnly)
    throw new SternaError('config', 'license-packs-only', 'This installation takes licenses from signed packs alone.', {
      fix: 'Import a license pack from your provider.',
    });
  return inOrganization(context.db, actor.organizationId, actor.name, async (tx) => {
    const book = await tx.licenses();
    const { type, tier, quantity, note } = input;
    book.record(decideGrant(book.state, { type, tier, quantity, ...(note ? { note } : {}) }));
    tx.audit('license.grant', `organization/${actor.organizationId}`, { type, tier, quantity });
    tx.event({ type: 'license' });
    return book.state.balance(type, tier);
  });
}

/**
 * A signed pack (core `parseLicensePack`), once.
 *
 * @throws SternaError config `license-pack-*`: invalid, unknown-issuer, signature, other-organization, expired, used
 */
export async function importPack(context: Context, actor: Actor, input: { pack: string }): Promise<LicenseBalance> {
  requireOwner(actor);
  const signed = parseLicensePack(input.pack);
  return inOrganization(context.db, actor.organizationId, actor.name, async (tx) => {
    const grant = grantOfPack(signed, {
      organization: tx.organization.publicId,
      issuers: context.licensing.issuers,
      now: tx.now,
      verify: verifyEd25519,
    });
    const book = await tx.licenses();
    book.record(decideGrant(book.state, grant));
    const { type, tier, quantity } = grant;
    tx.audit('license.import-pack', `organization/${actor.organizationId}`, {
      pack: signed.pack.packId,
      issuer: signed.pack.issuer,
      type,
      tier,
      quantity,
    });
    tx.event({ type: 'license' });
    return book.state.balance(type, tier);
  });
}

function verifyEd25519(publicKey: string, bytes: Uint8Array, signature: string): boolean {
  const key = readPublicKey(publicKey);
  if (key === undefined)
    throw new SternaError(
      'config',
      'license-issuer-key-invalid',
      'The configured key of the issuer is no public key.',
      {
        fix: 'Configure it as PEM, or as base64 of its DER (SPKI).',
      },
    );
  return verifies(key, bytes, signature);
}

/**
 * Standard before trial unless `tier` asks. Assigning a standard one to an entry that runs on a burned trial is the
 * upgrade: its next start burns it.
 *
 * @throws SternaError config `license-none-left` | `license-already-assigned` | `license-already-burned` |
 *   `license-burned` (a license of that id is used up) | `entry-archived`
 */
export async function assignLicense(
  context: Context,
  actor: Actor,
  input: { entryId: number; tier?: LicenseTier | undefined; license?: string | undefined },
): Promise<EntryLicense> {
  requireSomewhere(actor, 'operate');
  return inOrganization(context.db, actor.organizationId, actor.name, async (tx) => {
    const entry = await lockListedEntry(tx, actor, input.entryId);
    refuseArchived(entry, 'it takes no license');
    const book = await tx.licenses();
    const type = licenseTypeOf(entry.item_type);
    const facts = book.record(
      decideAssign(book.state, { entry: entry.id, type, tier: input.tier, license: input.license }),
    );
    const license = licenseOf(facts, 'assign');
    tx.audit('license.assign', `entry/${entry.id}`, { license: license.id });
    tx.event({
      type: 'license',
      entryId: entry.id,
      ...(entry.project_id === null ? {} : { projectId: entry.project_id }),
    });
    return license;
  });
}

/** Of an assigned, never burned license. @throws SternaError config `license-burned` | `license-not-assigned` */
export async function releaseLicense(
  context: Context,
  actor: Actor,
  input: { entryId: number },
): Promise<EntryLicense> {
  requireSomewhere(actor, 'operate');
  return inOrganization(context.db, actor.organizationId, actor.name, async (tx) => {
    const entry = await lockListedEntry(tx, actor, input.entryId);
    const book = await tx.licenses();
    const held = book.state.licensesOf(entry.id);
    const facts = book.record(decideRelease(book.state, { entry: entry.id, reason: `released by ${actor.name}` }));
    const released = facts[0]?.kind === 'release' ? facts[0].license : undefined;
    const license = held.find((one) => one.id === released);
    if (license === undefined) throw new SternaError('bug', 'internal', 'A release released nothing.');
    tx.audit('license.release', `entry/${entry.id}`, { license: license.id });
    tx.event({
      type: 'license',
      entryId: entry.id,
      ...(entry.project_id === null ? {} : { projectId: entry.project_id }),
    });
    return license;
  });
}

/** The license that a decision assigned or burned. */
export function licenseOf(facts: readonly LicenseFact[], kind: 'assign' | 'burn'): EntryLicense {
  const fact = facts.findLast((one) => one.kind === kind);
  if (fact === undefined || (fact.kind !== 'assign' && fact.kind !== 'burn'))
    throw new SternaError('bug', 'internal', 'A decision has no license in it.');
  return { id: fact.license, type: fact.data.type, tier: fact.data.tier, burned: kind === 'burn' };
}

/** An event, and what it is about in words that people know. */
export type ListedLicenseEvent = LicenseEvent & {
  readonly about:
    | {
        readonly projectId: number | undefined;
        readonly sourceAddress: string;
        readonly targetAddress: string;
        readonly archived: boolean;
      }
    | undefined;
};

/** Newest first. */
export async function listLicenseEvents(
  context: Context,
  actor: Actor,
  input: {
    entryId?: number | undefined;
    kind?: LicenseEvent['kind'] | undefined;
    after?: string | undefined;
    limit?: number | undefined;
  },
): Promise<Page<ListedLicenseEvent>> {
  requireSomewhere(actor, 'read');
  if (input.entryId !== undefined) await listedEntry(context.db, actor, 'read', input.entryId);
  const limit = readLimit(input.limit);
  const events = await latestLicenseEvents(context.db, actor.organizationId, {
    entryId: input.entryId,
    kind: input.kind,
    projects: projectsToRead(actor),
    before: readCursor(input.after),
    limit: limit + 1,
  });
  const items = await withEntries(context, actor, events.slice(0, limit));
  const last = items.at(-1);
  return events.length > limit && last !== undefined ? { items, next: String(last.seq) } : { items };
}

async function withEntries(
  context: Context,
  actor: Actor,
  events: readonly LicenseEvent[],
): Promise<readonly ListedLicenseEvent[]> {
  const ids = new Set(events.flatMap((event) => (event.kind === 'grant' ? [] : [event.entry])));
  const rows = await readableEntries(context.db, actor, [...ids], { lock: false });
  const entries = new Map(rows.map((row) => [row.id, row]));
  return events.map((event) => {
    const entry = event.kind === 'grant' ? undefined : entries.get(event.entry);
    return {
      ...event,
      about:
        entry === undefined
          ? undefined
          : {
              projectId: entry.project_id ?? undefined,
              sourceAddress: entry.source_address,
              targetAddress: entry.target_address,
              archived: entry.archived_at !== null,
            },
    };
  });
}

export interface LedgerExport {
  readonly format: 'sterna-license-ledger/1';
  /** The organization's public id, which is part of every hash. */
  readonly organization: string;
  readonly exportedAt: string;
  readonly events: readonly LicenseEvent[];
}

/** Everything needed to verify the chain offline (`sterna ledger verify`). */
export async function exportLedger(context: Context, actor: Actor): Promise<LedgerExport> {
  requireScope(actor, 'read');
  const organization = await organizationById(context.db, actor.organizationId);
  const exportedAt = new Date().toISOString();
  return { format: 'sterna-license-ledger/1', exportedAt, ...(await storedLedger(context, organization)) };
}

export type Ledger = Pick<LedgerExport, 'organization' | 'events'>;

/** As it is in the database, whole. */
export async function storedLedger({ db }: Context, { id, publicId }: Organization): Promise<Ledger> {
  const events: LicenseEvent[] = [];
  for await (const page of licenseEvents(db, id)) events.push(...page);
  return { organization: publicId, events };
}

export type LedgerVerdict =
  | {
      readonly ok: true;
      readonly events: number;
      /** Hash of the last event: note it down to see later whether the end was cut off. */
      readonly head: string;
      readonly balances: readonly LicenseBalance[];
    }
  | { readonly ok: false; readonly seq: number; readonly reason: string; readonly words: string };

/** The organization's chain as stored. */
export async function verifyLedger(context: Context, actor: Actor): Promise<LedgerVerdict> {
  const { organization, events } = await exportLedger(context, actor);
  return verdictOf(organization, events);
}

function verdictOf(organization: string, events: readonly LicenseEvent[]): LedgerVerdict {
  const verdict = verifyChain(sha256Text, organization, events);
  return verdict.ok
    ? { ok: true, events: verdict.head.seq, head: verdict.head.hash, balances: verdict.state.balances() }
    : verdict;
}

const eventShape = z.looseObject({
  kind: z.enum(['grant', 'assign', 'release', 'burn']),
  license: z.string().optional(),
  entry: z.number().optional(),
  data: z.looseObject({}),
  seq: z.number(),
  actor: z.string(),
  at: z.string(),
  prevHash: z.string(),
  hash: z.string(),
});
const exportShape = z.object({
  format: z.literal('sterna-license-ledger/1'),
  organization: z.string(),
  events: z.array(eventShape),
});

/** An export from a file; needs neither server nor database. @throws SternaError config `ledger-file-invalid` */
export function verifyLedgerExport(ledger: unknown): LedgerVerdict {
  const { organization, events } = parseLedgerExport(ledger);
  return verdictOf(organization, events);
}

/** Its shape; whether the chain holds is another question. @throws SternaError config `ledger-file-invalid` */
function parseLedgerExport(ledger: unknown): Ledger {
  const parsed = exportShape.safeParse(ledger);
  if (!parsed.success)
    throw new SternaError('config', 'ledger-file-invalid', 'This is no export of a license ledger.', {
      fix: 'Give the JSON file that `sterna license ledger --export FILE` or `sterna audit --export FILE` wrote.',
    });
  return { organization: parsed.data.organization, events: parsed.data.events as unknown as LicenseEvent[] };
}

/** One whose chain holds. @throws SternaError config `ledger-file-invalid` | `ledger-broken` */
export function soundLedgerExport(file: unknown): Ledger {
  const ledger = parseLedgerExport(file);
  requireSound(ledger, 'The export of the license ledger', { fix: 'Give another export.', field: '--ledger' });
  return ledger;
}

/** @param what it is, at the beginning of a sentence @throws SternaError config `ledger-broken` */
export function requireSound(
  { organization, events }: Ledger,
  what: string,
  then: { readonly fix: string; readonly field?: string },
): void {
  const verdict = verifyChain(sha256Text, organization, events);
  if (!verdict.ok) throw new SternaError('config', 'ledger-broken', `${what} doesn't hold: ${verdict.words}`, then);
}
