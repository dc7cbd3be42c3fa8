import type { Schema } from '../../api/client.ts';

type Version = Schema<'ObjectVersion'>;

/** As `POST /api/entries/{id}/notes/{note}/compare` answers. */
export interface Comparison {
  readonly source: Version;
  readonly target: Version;
  readonly migratedDigest?: string;
  /** Absent where a side can't be shown. */
  readonly differentHeaders?: readonly string[];
}

export type Verdict =
  | 'same'
  | 'targetChanged'
  | 'sourceChanged'
  | 'bothChanged'
  | 'different'
  | 'missing'
  | 'goneFromSource'
  | 'goneFromBoth';

/** What the two versions mean; undefined where a side could not be asked. */
export function verdictOf({ source, target, migratedDigest }: Comparison): Verdict | undefined {
  if (source.state === 'unreadable' || target.state === 'unreadable') return undefined;
  if (source.state !== 'present') return target.state === 'present' ? 'goneFromSource' : 'goneFromBoth';
  if (target.state !== 'present') return 'missing';
  if (source.digest === undefined || target.digest === undefined) return undefined;
  if (source.digest === target.digest) return 'same';
  if (migratedDigest === undefined) return 'different';
  if (source.digest === migratedDigest) return 'targetChanged';
  return target.digest === migratedDigest ? 'sourceChanged' : 'bothChanged';
}

/** Fields of the two that aren't the same; undefined where there is only one to look at. */
export function differingFields({ source, target }: Comparison): ReadonlySet<string> | undefined {
  if (source.state !== 'present' || target.state !== 'present') return undefined;
  const flags = (version: Version): string => [...version.flags].sort().join(' ');
  return new Set(
    [
      ['size', source.size === target.size],
      ['digest', source.digest === target.digest],
      ['received', source.date === target.date],
      ['flags', flags(source) === flags(target)],
      ['folder', source.folder === target.folder],
    ].flatMap(([name, isSame]) => (isSame === true ? [] : [name as string])),
  );
}

export interface HeaderRow {
  readonly name: string;
  readonly source: string | undefined;
  readonly target: string | undefined;
  readonly differs: boolean;
}

/** Headers of both sides by name, in the source's order; several of one name are one row. */
export function headerRows({ source, target, differentHeaders = [] }: Comparison): readonly HeaderRow[] {
  const differing = new Set(differentHeaders);
  const left = byName(source);
  const right = byName(target);
  return [...new Set([...left.keys(), ...right.keys()])].map((key) => ({
    name: left.get(key)?.name ?? right.get(key)?.name ?? key,
    source: left.get(key)?.value,
    target: right.get(key)?.value,
    differs: differing.has(key),
  }));
}

interface Header {
  readonly name: string;
  readonly value: string;
}

function byName(version: Version): Map<string, Header> {
  const all = new Map<string, Header>();
  for (const { name, value } of version.headers) {
    const key = name.toLowerCase();
    const known = all.get(key);
    all.set(key, known === undefined ? { name, value } : { name, value: `${known.value}\n${value}` });
  }
  return all;
}
