import { type EntryStatus, formatFolderPath } from '@sterna/core';
import {
  failedObjects,
  failureGroups,
  lastPass,
  lineageOf,
  noteCounts,
  notesOf,
  STATE_CODE,
  stateOf,
} from '@sterna/store';
import { invalidCursor, readCursor, readLimit, requireSomewhere } from './access.ts';
import type { Actor, Context, Page } from './context.ts';
import { type PassView, passView } from './passes.ts';
import { listedEntry } from './reach.ts';
import { type ReportNote, reportNote } from './reports.ts';

/** Objects with the same cause, and what to do about it. */
export interface FailureGroup {
  readonly code: string;
  /** `uncertain`: written with an outcome that nobody can read back; Sterna never sends those again. */
  readonly state: 'failed' | 'uncertain';
  readonly objects: number;
  /** In plain words, of the newest one. */
  readonly reason: string;
  readonly fix: string | undefined;
  /** A retry plans them again. */
  readonly canRetry: boolean;
  readonly firstAt: Date | undefined;
  readonly lastAt: Date | undefined;
  readonly sample: readonly {
    /** For the side-by-side; undefined where nobody noted it. */
    readonly noteId: number | undefined;
    readonly folder: string | undefined;
    readonly subject: string | undefined;
    readonly reason: string;
    readonly pass: number;
  }[];
}

export interface EntryFailures {
  readonly objects: number;
  readonly groups: readonly FailureGroup[];
  /** Why the last writing pass as a whole failed, or waits. */
  readonly pass: { readonly id: number; readonly status: string; readonly error: unknown } | undefined;
}

const SAMPLE = 5;
const UNTOLD = 'Nobody noted why.';

/** What has failed or is uncertain as the books stand now, grouped by cause, the most frequent first. */
export async function entryFailures(
  context: Context,
  actor: Actor,
  input: { entryId: number },
): Promise<EntryFailures> {
  requireSomewhere(actor, 'read');
  const entry = await listedEntry(context.db, actor, 'read', input.entryId);
  const groups = (await failureGroups(context.db, entry.id, SAMPLE)).map((row) => {
    const state = stateOf(row.state) as 'failed' | 'uncertain';
    return {
      code: row.code,
      state,
      objects: row.objects,
      reason: row.text ?? UNTOLD,
      fix: row.fix ?? undefined,
      canRetry: state === 'failed',
      firstAt: row.first_at ?? undefined,
      lastAt: row.last_at ?? undefined,
      sample: row.sample.map((one) => ({
        noteId: one.note ?? undefined,
        folder: one.folder === null ? undefined : formatFolderPath(one.folder),
        subject: one.subject ?? undefined,
        reason: one.text ?? UNTOLD,
        pass: one.pass,
      })),
    };
  });
  const last = await lastPass(context.db, entry.id);
  return {
    objects: groups.reduce((sum, group) => sum + group.objects, 0),
    groups,
    pass:
      last?.error === undefined || last.error === null
        ? undefined
        : { id: last.id, status: last.status, error: withoutStack(last.error) },
  };
}

export interface FailedObject {
  /** For the side-by-side; undefined where nobody noted it. */
  readonly noteId: number | undefined;
  readonly folder: string | undefined;
  readonly subject: string | undefined;
  readonly reason: string;
  /** Bytes. */
  readonly size: number | undefined;
  /** Number of the pass that left it so. */
  readonly pass: number;
  readonly at: Date | undefined;
}

/** The objects of one group of `entryFailures`, folder by folder. */
export async function listFailedObjects(
  context: Context,
  actor: Actor,
  input: {
    entryId: number;
    code: string;
    state: 'failed' | 'uncertain';
    after?: string | undefined;
    limit?: number | undefined;
  },
): Promise<Page<FailedObject>> {
  requireSomewhere(actor, 'read');
  const entry = await listedEntry(context.db, actor, 'read', input.entryId);
  const limit = readLimit(input.limit);
  const rows = await failedObjects(context.db, entry.id, {
    code: input.code,
    state: STATE_CODE[input.state],
    after: readObjectCursor(input.after),
    limit: limit + 1,
  });
  const items = rows.slice(0, limit).map((row) => ({
    noteId: row.note ?? undefined,
    folder: row.folder === null ? undefined : formatFolderPath(row.folder),
    subject: row.subject ?? undefined,
    reason: row.text ?? UNTOLD,
    size: row.size ?? undefined,
    pass: row.pass,
    at: row.at ?? undefined,
  }));
  const last = rows[limit - 1];
  return rows.length > limit && last !== undefined
    ? { items, next: `${last.container}.${last.src.toString('hex')}` }
    : { items };
}

function readObjectCursor(after: string | undefined): { container: number; src: Buffer } | undefined {
  if (after === undefined) return undefined;
  const [, container, src] = /^(\d{1,9})\.((?:[\da-f]{2})*)$/.exec(after) ?? [];
  if (container === undefined || src === undefined) throw invalidCursor();
  return { container: Number(container), src: Buffer.from(src, 'hex') };
}

export interface Generation {
  readonly id: number;
  readonly sourceAddress: string;
  readonly targetAddress: string;
  readonly status: EntryStatus;
  readonly createdAt: Date;
  readonly archivedAt: Date | undefined;
}

/** An entry among those that it replaces and those that replaced it, oldest first: one mailbox, started anew. */
export async function entryLineage(
  context: Context,
  actor: Actor,
  input: { entryId: number },
): Promise<readonly Generation[]> {
  requireSomewhere(actor, 'read');
  const entry = await listedEntry(context.db, actor, 'read', input.entryId);
  const rows = await lineageOf(context.db, entry.id);
  return rows.map((row) => ({
    id: row.id,
    sourceAddress: row.source_address,
    targetAddress: row.target_address,
    status: row.status,
    createdAt: row.created_at,
    archivedAt: row.archived_at ?? undefined,
  }));
}

/** A stack is for the log. */
function withoutStack(error: unknown): unknown {
  const { stack: _, ...rest } = error as Record<string, unknown>;
  return rest;
}

export const NOTE_KINDS = ['failure', 'uncertain', 'fidelity', 'skipped', 'suspect', 'gone'] as const;
export type NoteKind = (typeof NOTE_KINDS)[number];

export interface NoteView extends ReportNote {
  readonly id: number;
  /** `compareObject` can show it side by side. */
  readonly comparable: boolean;
}

/** Notes of an entry, oldest first. */
export async function listNotes(
  context: Context,
  actor: Actor,
  input: {
    entryId: number;
    kinds?: readonly NoteKind[] | undefined;
    code?: string | undefined;
    /** Number of the pass within its entry. */
    pass?: number | undefined;
    after?: string | undefined;
    limit?: number | undefined;
  },
): Promise<Page<NoteView>> {
  requireSomewhere(actor, 'read');
  const entry = await listedEntry(context.db, actor, 'read', input.entryId);
  const limit = readLimit(input.limit);
  const rows = await notesOf(context.db, [entry.id], {
    kinds: input.kinds,
    code: input.code,
    pass: input.pass,
    after: readCursor(input.after),
    limit: limit + 1,
  });
  const items = rows
    .slice(0, limit)
    .map((row) => ({ ...reportNote(row), id: row.id, comparable: row.src !== null && row.folder !== null }));
  const last = items.at(-1);
  return rows.length > limit && last !== undefined ? { items, next: String(last.id) } : { items };
}

/** How many notes of each cause an entry has. */
export async function countNotes(
  context: Context,
  actor: Actor,
  input: { entryId: number; kinds?: readonly NoteKind[] | undefined },
): Promise<readonly { kind: string; code: string; reason: string; objects: number }[]> {
  requireSomewhere(actor, 'read');
  const entry = await listedEntry(context.db, actor, 'read', input.entryId);
  const rows = await noteCounts(context.db, [entry.id], { kinds: input.kinds });
  return rows.map(({ kind, code, text, objects }) => ({ kind, code, reason: text, objects }));
}

export interface VerifyReport {
  /** Absent where the entry was never verified. */
  readonly pass: PassView | undefined;
  /** Findings by cause; the counts in the pass's result are whole, notes are kept up to a limit. */
  readonly findings: readonly { kind: string; code: string; reason: string; objects: number }[];
  /** A writing pass began after this verify: it may say what is no longer so. */
  readonly outdated: boolean;
}

/** The last verify of an entry; its findings one by one are `listNotes` with its number. */
export async function verifyReport(context: Context, actor: Actor, input: { entryId: number }): Promise<VerifyReport> {
  requireSomewhere(actor, 'read');
  const entry = await listedEntry(context.db, actor, 'read', input.entryId);
  const pass = await lastPass(context.db, entry.id, ['verify']);
  if (pass === undefined) return { pass: undefined, findings: [], outdated: false };
  const counts = await noteCounts(context.db, [entry.id], { pass: pass.number });
  const writing = await lastPass(context.db, entry.id);
  return {
    pass: passView(pass),
    findings: counts.map(({ kind, code, text, objects }) => ({ kind, code, reason: text, objects })),
    outdated: writing !== undefined && writing.number > pass.number,
  };
}
