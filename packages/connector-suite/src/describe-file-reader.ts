import type { Container, Content, Reader } from '@sterna/connector-kit';
import { SternaError } from '@sterna/core';
import { describe, expect, test } from 'vitest';
import { fileNameOf, namedFile } from './file-objects.ts';
import type { SuiteFixture } from './fixture.ts';
import { bytesOf, collect, list, seconds, staged, toolsOf } from './helpers.ts';
import { dateOf } from './messages.ts';

/** Chunks of a streamed body: larger ones are memory that a slow target holds up. */
const MAX_CHUNK = 1024 * 1024;

/** What a reader of files does beyond what readers of all kinds do. Called by `describeReader`. */
export function describeFileReader(name: string, fixture: SuiteFixture): void {
  const { home, plain, changed, seedOf, digest, large, awkward, containerOf, ...tools } = toolsOf(fixture);
  const { containers: containersOf } = tools;

  /** The only file of the folder, which is streamed. */
  async function detached(reader: Reader, container: string): Promise<Content & { body: AsyncIterable<Buffer> }> {
    const ids = (await list(reader, container)).changes.map(({ id }) => id);
    const [content] = await collect(reader.read(container, ids));
    if (content === undefined || !('body' in content)) throw new Error('not read');
    const { body } = content;
    if (Buffer.isBuffer(body)) throw new Error('not streamed');
    return { ...content, body };
  }

  describe(`${name}: reader of files`, () => {
    test(
      'names, sizes, dates and versions: the same in the listing and of what is read',
      staged(fixture, async ({ endpoint, open }) => {
        const seedable = [...awkward].filter(([label]) => fixture.notSeedable?.includes(label) !== true);
        await endpoint.seed(seedable.map(([, raw], n) => seedOf(n, { raw })));
        const { reader } = await open('read');
        const inside = await containerOf(reader, home);
        const { changes } = await list(reader, inside, undefined, { date: true, size: true });
        expect(changes.map((change) => change.name).sort()).toEqual(seedable.map(([, raw]) => fileNameOf(raw)).sort());
        for await (const one of reader.read(
          inside,
          changes.map(({ id }) => id),
        )) {
          if (!('body' in one)) throw new Error('not read');
          const change = changes.find(({ id }) => id === one.id);
          const raw = await bytesOf(one.body);
          expect(one.name).toBe(fileNameOf(raw));
          expect(change?.name).toBe(one.name);
          expect(change?.size).toBe(raw.length);
          expect(one.size).toBe(raw.length);
          expect(change?.version).toBeDefined();
          expect(change?.version).toBe(one.version);
          expect(change?.date).toEqual(one.date);
          const seeded = seedable.findIndex(([, seed]) => fileNameOf(seed) === one.name);
          if (fixture.keepsDates) expect(seconds(one.date)).toBe(seconds(dateOf(seeded)));
        }
      }),
    );

    test(
      'folders: the root and all below it, parents first, empty ones too',
      staged(fixture, async ({ endpoint, open }) => {
        const empty = ['Empty', 'and below it'];
        await endpoint.makeFolder?.(empty);
        await endpoint.seed([seedOf(1), seedOf(2, { folder: ['a', 'b', 'c'] }), seedOf(3, { folder: [] })]);
        const { reader } = await open('read');
        const containers = await containersOf(reader);
        const paths = containers.map(({ path }) => path.join('/'));
        const wanted = ['', 'Documents', 'a', 'a/b', 'a/b/c'];
        if (endpoint.makeFolder !== undefined) wanted.push('Empty', 'Empty/and below it');
        expect([...paths].sort()).toEqual(wanted.sort());
        for (const [at, { path }] of containers.entries())
          if (path.length > 0) expect(paths.indexOf(path.slice(0, -1).join('/'))).toBeLessThan(at);
        const root = containers.find(({ path }) => path.length === 0);
        expect((await list(reader, root?.id ?? '')).changes.map((change) => change.name)).toEqual(['plain-3.txt']);
        if (endpoint.makeFolder === undefined) return;
        const listed = await list(reader, await containerOf(reader, empty));
        expect(listed).toMatchObject({ changes: [], mode: 'full', total: 0 });
      }),
    );

    test(
      'each folder has a glance of its own, which only its own files change',
      staged(fixture, async ({ endpoint, open }) => {
        if (endpoint.replace === undefined || changed === undefined) return;
        await endpoint.seed([seedOf(1), seedOf(2, { folder: ['Documents', 'Below'] }), seedOf(3, { folder: ['c'] })]);
        const glances = async (): Promise<Map<string, string | undefined>> => {
          const containers = await containersOf((await open('read')).reader);
          return new Map(containers.map(({ path, glance }) => [path.join('/'), glance]));
        };
        const before = await glances();
        expect(await glances()).toEqual(before);
        await endpoint.replace({ folder: ['Documents', 'Below'], raw: plain(2) }, changed(2));
        const after = await glances();
        for (const [path, glance] of before)
          if (glance !== undefined) expect(after.get(path) === glance, path).toBe(path !== 'Documents/Below');
      }),
    );

    test(
      'a large file: each iteration of its body begins anew, whatever else is read meanwhile',
      staged(fixture, async ({ endpoint, open }) => {
        const raws = [large(1), large(2)];
        await endpoint.seed([...raws.map((raw, n) => seedOf(n, { raw })), seedOf(5)]);
        const { reader } = await open('read');
        const inside = await containerOf(reader, home);
        const ids = (await list(reader, inside)).changes.map(({ id }) => id);
        // No body is drained before the next one is asked for.
        const contents = await collect(reader.read(inside, ids));
        const bodies: AsyncIterable<Buffer>[] = [];
        for (const one of contents) {
          if (!('body' in one)) throw new Error('not read');
          expect(one.detached === true).toBe(!Buffer.isBuffer(one.body));
          if (!Buffer.isBuffer(one.body)) bodies.push(one.body);
        }
        expect(bodies).toHaveLength(2);
        for (const body of bodies)
          for await (const chunk of body) {
            expect(chunk.length).toBeLessThanOrEqual(MAX_CHUNK);
            expect(chunk.length).toBeGreaterThan(0);
            break;
          }
        const read = await Promise.all([...bodies, ...bodies].map((body) => bytesOf(body)));
        expect(read.map(digest).sort()).toEqual([...raws, ...raws].map(digest).sort());
      }),
    );

    test(
      'a large file that became another one, or went away, is not taken for what was listed',
      staged(fixture, async ({ endpoint, open }) => {
        if (endpoint.replace === undefined || endpoint.remove === undefined) return;
        const raw = large(1);
        await endpoint.seed([seedOf(1, { raw })]);
        const { reader } = await open('read');
        const inside = await containerOf(reader, home);
        const before = await detached(reader, inside);
        await endpoint.replace({ folder: home, raw }, Buffer.concat([raw, Buffer.from('more')]));
        const error = await bytesOf(before.body).catch((thrown: unknown) => thrown);
        expect(error).toBeInstanceOf(SternaError);
        expect(error).toMatchObject({ class: 'object', code: 'changed-while-read', fix: expect.any(String) });
        const now = await detached(reader, inside);
        expect(now.version).not.toBe(before.version);
        expect((await bytesOf(now.body)).length).toBe(raw.length + 4);
        await endpoint.remove({ folder: home, raw });
        expect(await bytesOf(now.body).catch((thrown: unknown) => thrown)).toMatchObject({ class: 'object' });
      }),
    );

    test(
      'what Sterna left behind itself is not there, hidden files are',
      staged(fixture, async ({ endpoint, open }) => {
        await endpoint.seed([seedOf(1), seedOf(2, { raw: namedFile('.hidden') })]);
        const { reader } = await open('read');
        // What is hidden is a change to the system's own log all the same.
        const shown = async (by: Reader): Promise<readonly Container[]> =>
          (await containersOf(by)).map(({ position: _, ...container }) => container);
        const before = await shown(reader);
        await endpoint.seed([
          seedOf(3, { raw: namedFile('.sterna-00ff.part') }),
          seedOf(4, { raw: namedFile('.sterna-00fe.part'), folder: ['.sterna-uploads'] }),
        ]);
        const again = (await open('write')).reader;
        expect(await shown(again)).toEqual(before);
        const { changes, total } = await list(again, await containerOf(again, home));
        expect(changes.map((change) => change.name).sort()).toEqual(['.hidden', 'plain-1.txt']);
        expect(total).toBe(2);
      }),
    );
  });
}
