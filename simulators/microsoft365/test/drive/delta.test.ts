import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type DriveItem, subtree } from '../../src/drive/item.ts';
import { allPages, type DriveLab, open, openDriveLab } from './support.ts';

let lab: DriveLab;
beforeEach(async () => {
  lab = await openDriveLab();
});
afterEach(() => lab.stop());

interface Told {
  id: string;
  name?: string;
  parentReference: { id?: string };
  deleted?: unknown;
}

/** What a client that goes by ids and takes the last occurrence knows of a drive. */
class Follower {
  readonly items = new Map<string, string>();
  link: string;

  constructor() {
    this.link = `${lab.at}/root/delta?$top=7`;
  }

  async follow(headers?: Record<string, string>): Promise<Told[]> {
    const { value, deltaLink } = await allPages(lab.client, this.link, headers);
    for (const { id, name, parentReference, deleted } of value as Told[]) {
      if (deleted !== undefined) this.items.delete(id);
      else this.items.set(id, `${parentReference.id ?? ''}/${name}`);
    }
    this.link = deltaLink;
    return value;
  }
}

function tree(): Map<string, string> {
  return new Map([...subtree(lab.drive.root)].map((item) => [item.id, `${item.parent?.id ?? ''}/${item.name}`]));
}

function mkdir(name: string, parent: DriveItem = lab.drive.root): DriveItem {
  return lab.drive.createFolder(parent, name, 'fail', { by: {}, at: lab.clock.now() }).folder;
}

test('a full round tells every item once, without paths and cTags; later rounds what changed, and the folders above', async () => {
  const folder = mkdir('Folder');
  for (let i = 0; i < 20; i++) await lab.put(`Folder/${i}.txt`, `${i}`);
  const follower = new Follower();
  const first = await follower.follow();
  expect(follower.items).toEqual(tree());
  expect(first).toHaveLength(22);
  const file = first.find(({ name }) => name === '3.txt') as Told;
  expect(file).not.toHaveProperty('cTag');
  expect(file.parentReference).not.toHaveProperty('path');
  expect(await follower.follow()).toEqual([]);

  await lab.client('DELETE', `${lab.at}/items/${file.id}`);
  await lab.put('Folder/4.txt', 'new');
  const second = await follower.follow();
  expect(second.map(({ name, deleted }) => name ?? deleted)).toEqual([{ state: 'deleted' }, 'root', 'Folder', '4.txt']);
  expect(second[0]).not.toHaveProperty('name');
  expect(follower.items).toEqual(tree());

  // Renaming a folder says nothing of what is in it.
  lab.drive.relocate(folder, lab.drive.root, 'Renamed', 'fail', {}, lab.clock.now());
  const third = await follower.follow({ deltaexcludeparent: 'true' });
  expect(third.map(({ name }) => name)).toEqual(['Renamed']);
});

test('latest tells nothing but where to go on; a time tells what came after it', async () => {
  await lab.put('old.txt', 'x');
  const latest = (await lab.client('GET', `${lab.at}/root/delta?token=latest`)).json;
  expect(latest.value).toEqual([]);
  lab.clock.advance(60_000);
  const moment = new Date(lab.clock.now()).toISOString();
  lab.clock.advance(60_000);
  await lab.put('new.txt', 'x');
  const names = (value: Told[]) => value.map(({ name }) => name);
  expect(names((await lab.client('GET', latest['@odata.deltaLink'])).json.value)).toEqual(['root', 'new.txt']);
  const since = await lab.client('GET', `${lab.at}/root/delta?token=${encodeURIComponent(moment)}`);
  expect(names(since.json.value)).toEqual(['root', 'new.txt']);
  const called = await lab.client('GET', `${lab.at}/root/microsoft.graph.delta(token='latest')`);
  expect(called.json.value).toEqual([]);
});

test('a token that is too old is 410, with where to begin anew', async () => {
  await lab.put('a.txt', 'x');
  const follower = new Follower();
  await follower.follow();
  lab.clock.advance(1000);
  lab.server.faults.deltaTokensInvalidBefore = lab.clock.now();
  lab.drive.behaviour.resyncCode = 'resyncChangesUploadDifferences';
  const gone = await lab.client('GET', follower.link);
  expect(gone.status).toBe(410);
  expect(gone.json.error).toMatchObject({
    code: 'resyncRequired',
    innerError: { code: 'resyncChangesUploadDifferences' },
  });
  follower.link = gone.headers.get('location') as string;
  expect((await follower.follow()).map(({ name }) => name)).toEqual(['root', 'a.txt']);
  expect((await lab.client('GET', `${lab.at}/root/delta?token=nonsense`)).status).toBe(400);
});

test('only the root has a feed', async () => {
  const folder = mkdir('Folder');
  expect((await lab.client('GET', `${lab.at}/items/${folder.id}/delta`)).status).toBe(400);
});

test('$select holds for all rounds', async () => {
  await lab.put('a.txt', 'x');
  const { value, deltaLink } = await allPages(lab.client, `${lab.at}/root/delta?$select=id,name`);
  expect(Object.keys(value[1])).toEqual(['id', 'name']);
  await lab.put('b.txt', 'x');
  expect(Object.keys((await lab.client('GET', deltaLink)).json.value[1])).toEqual(['id', 'name']);
});

test('whatever happens, a follower ends with what is there: empty pages and stale repeats too', async () => {
  const action = fc.record({
    what: fc.constantFrom('folder', 'file', 'rename', 'move', 'remove', 'follow', 'page'),
    which: fc.nat(),
    where: fc.nat(),
    name: fc.constantFrom('a', 'b', 'C', 'd.txt', 'e.docx'),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 40 }), fc.boolean(), async (actions, awkward) => {
      lab.drive.behaviour.emptyDeltaPageEvery = awkward ? 2 : 0;
      lab.drive.behaviour.staleDeltaItemEvery = awkward ? 3 : 0;
      const follower = new Follower();
      follower.link = follower.link.replace('$top=7', '$top=2');
      for (const { what, which, where, name } of actions) {
        const all = [...subtree(lab.drive.root)];
        const folders = all.filter(({ children }) => children !== undefined);
        const item = all[which % all.length] as DriveItem;
        const folder = folders[where % folders.length] as DriveItem;
        const writing = { by: {}, at: lab.clock.now() };
        lab.clock.advance(500);
        try {
          if (what === 'folder') lab.drive.createFolder(folder, name, 'rename', writing);
          else if (what === 'file') {
            const { Content } = await import('../../src/drive/content.ts');
            lab.drive.writeFile(folder, name, Content.of(name.repeat(which % 9)), 'replace', writing);
          } else if (what === 'rename') lab.drive.relocate(item, item.parent ?? folder, name, 'rename', {}, writing.at);
          else if (what === 'move') lab.drive.relocate(item, folder, item.name, 'replace', {}, writing.at);
          else if (what === 'remove') lab.drive.remove(item, {}, writing.at);
          else if (what === 'follow') await follower.follow();
        } catch {
          // Refused, as it would be for anybody.
        }
        // Sizes of folders are those of what is in them.
        for (const each of folders) {
          if (lab.drive.known(each.id) !== each || each.children === undefined) continue;
          const sum = [...each.children.values()].reduce((total, { size }) => total + size, 0);
          expect(each.size).toBe(sum);
        }
      }
      await follower.follow();
      expect(follower.items).toEqual(tree());
      for (const child of [...(lab.drive.root.children.values() ?? [])])
        lab.drive.removeForever(child, lab.clock.now());
    }),
    { numRuns: 40 },
  );
});

test('changes made in the middle of a full round are not lost', async () => {
  for (let i = 0; i < 10; i++) await lab.put(`${i}.txt`, `${i}`);
  const follower = new Follower();
  const page = (await lab.client('GET', `${lab.at}/root/delta?$top=5`)).json;
  for (const { id, name, parentReference } of page.value as Told[]) {
    follower.items.set(id, `${parentReference.id ?? ''}/${name}`);
  }
  const told = page.value.find(({ name }: Told) => name === '1.txt');
  await lab.client('DELETE', `${lab.at}/items/${told.id}`);
  await lab.put('late.txt', 'x');
  follower.link = page['@odata.nextLink'];
  await follower.follow();
  await follower.follow();
  expect(follower.items).toEqual(tree());
});

test('download URLs of the feed work', async () => {
  await lab.put('a.txt', 'content');
  const { value } = await allPages(lab.client, `${lab.at}/root/delta`);
  expect((await open('GET', value[1]['@microsoft.graph.downloadUrl'])).bytes.toString()).toBe('content');
});
