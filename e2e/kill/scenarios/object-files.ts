import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { archiveConnector } from '@sterna/connector-archive';
import { Random } from '@sterna/sample-mailbox';
import { expect, test } from 'vitest';
import type { DavKind } from '../../support/dav-varied.ts';
import { addEntry } from '../../support/direct-pass.ts';
import { DavSource, davConnectorOf, davEndpoint } from '../../support/radicale-mailbox.ts';
import { LONG } from '../bare-stage.ts';
import type { DavStage } from '../dav-stage.ts';
import { type Kill, passWithKills } from '../harness.ts';
import { FIRST_PASS, REPLACEMENTS } from './collections.ts';

const OBJECTS = 12;
/** In the slice, the moments after which something has to be settled. */
const FIRST: readonly Kill[] = LONG
  ? FIRST_PASS
  : [
      { at: 'after-intent-commit', nth: 2 },
      { at: 'after-acknowledgement', nth: 1 },
      { at: 'during-recovery', nth: 1 },
    ];
const CHANGES: readonly Kill[] = LONG ? REPLACEMENTS : [{ at: 'after-acknowledgement', nth: 1 }];
const REMOVALS: readonly Kill[] = LONG ? [{ at: 'after-acknowledgement', nth: 1 }] : [];
const TIMEOUT_MS = 600_000;

interface Shape {
  readonly kind: DavKind;
  readonly format: 'ics' | 'vcf' | 'archive';
  /** One file that is written anew with each batch, or a file for each object. */
  readonly isOne: boolean;
}

const SHAPES: readonly Shape[] = [
  { kind: 'event', format: 'ics', isOne: true },
  { kind: 'contact', format: 'vcf', isOne: false },
];
const MORE: readonly Shape[] = [
  { kind: 'event', format: 'ics', isOne: false },
  { kind: 'task', format: 'ics', isOne: true },
  { kind: 'task', format: 'ics', isOne: false },
  { kind: 'contact', format: 'vcf', isOne: true },
  { kind: 'event', format: 'archive', isOne: false },
  { kind: 'contact', format: 'archive', isOne: false },
];

/** Every component of the texts as it is written, sorted: a series is as many as it has exceptions, and one. */
const components = (texts: readonly string[]): string[] =>
  texts
    .flatMap((text) => text.match(/^BEGIN:(VEVENT|VTODO|VCARD)\r?\n[\s\S]*?^END:\1/gm) ?? [])
    .map((component) => component.replaceAll('\r\n', '\n'))
    .sort();

/** Texts of the objects' files, read past our code; nothing else may be left beside them. */
function textsIn(path: string, extension: string): string[] {
  if (statSync(path).isFile()) return [readFileSync(path, 'utf8')];
  const files = readdirSync(path, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  const others = files.filter(({ name }) => !name.endsWith(extension) && !LOOK.has(name)).map(({ name }) => name);
  expect(others).toEqual([]);
  return files
    .filter(({ name }) => name.endsWith(extension))
    .map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'utf8'));
}

/** What a vdir and a backup say about themselves. */
const LOOK: ReadonlySet<string> = new Set(['displayname', 'color', 'description', 'sterna-backup.json']);

/** Files of events, tasks and contacts as targets, whose pass dies while it writes, replaces and removes. */
export function objectFilesKilled(kill: DavStage): void {
  for (const [i, shape] of [...SHAPES, ...(LONG ? MORE : [])].entries())
    test.concurrent(
      `${shape.kind}s into ${shape.isOne ? `one .${shape.format}` : `a folder (${shape.format})`}: first, changes, removals`,
      () => killed(kill, shape, new Random(8_100 + i)),
      TIMEOUT_MS,
    );
}

async function killed(kill: DavStage, { kind, format, isOne }: Shape, random: Random): Promise<void> {
  const user = kill.user();
  const source = new DavSource(kill.source, user, kind);
  const names = isOne ? ['Work'] : ['Work', 'Büro & Größe'];
  await source.make(names, OBJECTS);
  const folder = kill.folder(`files-${user}`);
  const path = isOne ? join(folder, `all.${format}`) : folder;
  const entry = await addEntry(kill.bench, davEndpoint(kill.source, davConnectorOf(kind), user), {
    connector: archiveConnector.name,
    settings: { path, format },
    address: '.',
  });
  const run = async (what: 'initial' | 'delta', kills: Parameters<typeof passWithKills>[3], settings: object = {}) => {
    const outcome = await passWithKills(kill.stage, entry, what, kills, settings);
    expect(outcome).toMatchObject({ status: 'completed', error: null, books: { balanced: true } });
    expect(components(textsIn(path, kind === 'contact' ? '.vcf' : '.ics'))).toEqual(
      components([...kill.source.objects(user).values()].flat()),
    );
    if (isOne) expect(readdirSync(folder)).toEqual([basename(path)]);
    await kill.expectSettled(entry);
    return outcome.books.total;
  };
  const randomly = (): Kill[] => Array.from({ length: LONG ? 6 : 0 }, () => ({ afterMs: 50 + random.below(400) }));

  expect(await run('initial', [...FIRST, ...randomly()])).toMatchObject({
    seen: names.length * OBJECTS,
    failed: 0,
    uncertain: 0,
  });
  for (const i of names.keys()) for (let n = 0; n < 4; n += 1) await source.put(i, n, 'second');
  expect(await run('delta', [...CHANGES, ...randomly()])).toMatchObject({
    updated: names.length * 4,
    created: 0,
    failed: 0,
  });
  for (const i of names.keys()) {
    await source.remove(i, 5);
    await source.put(i, OBJECTS);
  }
  await run('delta', [...REMOVALS, ...randomly()], { deletions: 'propagate' });
  await kill.expectVerified(entry);
}
