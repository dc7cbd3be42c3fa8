import type { Candidate, CreateOp, Op, Result, Session, Writer } from '@sterna/connector-kit';
import { type NameRules, NameTable } from '@sterna/core';
import { expect } from 'vitest';
import { collect, type Tools } from './helpers.ts';

export interface Wanted {
  readonly raw: Buffer;
  readonly flags: readonly string[];
  readonly date: Date | undefined;
  /** Instead of `raw` in one piece. */
  readonly body?: AsyncIterable<Buffer>;
  /** Files: instead of the material's. */
  readonly name?: string;
  /** Files: instead of one of its own. */
  readonly stamp?: string;
}

let serial = 0;

/** Creates of these objects, each an operation of its own, as the engine would make them. */
export function opsOf(tools: Tools, session: Session, container: string, messages: readonly Wanted[]): CreateOp[] {
  const reserve = session.writer?.reserve?.bind(session.writer);
  return messages.map(({ raw, flags, date, body, ...wanted }) => {
    const n = ++serial;
    const key = n.toString(16).padStart(32, '0');
    const name = wanted.name ?? tools.targetName(session, raw);
    return {
      verb: 'create',
      op: `op${n}`,
      container,
      flags,
      date,
      size: raw.length,
      body: body ?? raw,
      ...(name === undefined ? {} : { name, stamp: wanted.stamp ?? key }),
      ...(reserve === undefined ? {} : { reservedId: reserve(container, key, name) }),
    };
  });
}

export const apply = (session: Session, batch: readonly Op[]): Promise<readonly Result[]> =>
  writerOf(session).apply(batch);

/** Creates, expects each to be done, and confirms, as the engine does for what it has settled. */
export async function create(
  tools: Tools,
  session: Session,
  container: string,
  messages: readonly Wanted[],
): Promise<(string | undefined)[]> {
  const batch = opsOf(tools, session, container, messages);
  const results = await apply(session, batch);
  expect(results.map((result) => result.op)).toEqual(batch.map((op) => op.op));
  const ids = results.map((result) => {
    if (result.outcome !== 'done')
      throw new Error(`${result.outcome}: ${'error' in result ? result.error.message : ''}`);
    return result.targetId;
  });
  if (ids.includes(undefined)) {
    const found = await collect(writerOf(session).candidates(container, undefined));
    await writerOf(session).confirm(
      container,
      found.filter((one) => one.marked).map((one) => one.targetId),
    );
  } else await writerOf(session).confirm(container, known(ids));
  return ids;
}

export function writerOf(session: Session): Writer {
  if (session.writer === undefined) throw new Error('a write session has no writer');
  return session.writer;
}

export const idOf = (result: Result): string | undefined => (result.outcome === 'done' ? result.targetId : undefined);
export const versionOf = (result: Result): string | undefined =>
  result.outcome === 'done' ? result.version : undefined;
/** Of what a create made, or of what it found there. */
export const foundId = (result: Result): string | undefined =>
  result.outcome === 'exists' ? result.targetId : idOf(result);
export const foundVersion = (result: Result): string | undefined =>
  result.outcome === 'exists' ? result.version : versionOf(result);
export const known = (ids: readonly (string | undefined)[]): string[] => ids.filter((id) => id !== undefined);
export const digests = (found: readonly Candidate[]): string[] =>
  found.map((candidate) => candidate.digest?.toString('hex') ?? '').sort();

/** These paths as the engine would have them made: each name such as `rules` allows, none taken twice in a folder. */
export function allocated(paths: readonly (readonly string[])[], rules: NameRules): string[][] {
  const tables = new Map<string, NameTable>();
  const names = new Map<string, string>();
  return paths.map((path) =>
    path.map((segment, at) => {
      const parent = JSON.stringify(path.slice(0, at));
      const key = JSON.stringify(path.slice(0, at + 1));
      const table = tables.get(parent) ?? new NameTable(rules);
      tables.set(parent, table);
      const name = names.get(key) ?? table.take(segment, key).name;
      names.set(key, name);
      return name;
    }),
  );
}

/** An id of the same shape that nothing has: the last digit counted up beyond all of them. */
export function strangerTo(ids: readonly (string | undefined)[]): string {
  const [longest = '1'] = known(ids).sort((a, b) => b.length - a.length || (a < b ? 1 : -1));
  return longest.replace(/\d(?=\D*$)/, '$&99');
}

export async function* chunks(raw: Buffer): AsyncIterable<Buffer> {
  for (let at = 0; at < raw.length; at += 65_537) yield raw.subarray(at, at + 65_537);
}
