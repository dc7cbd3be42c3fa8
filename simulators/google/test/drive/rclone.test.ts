import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startVendorProxy, type VendorProxy } from '@sterna/simulator-kit/vendor-proxy';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Corpus } from '../../src/drive/corpus.ts';
import { corpusOf } from '../../src/drive/drives.ts';
import { type DriveFile, headOf } from '../../src/drive/file.ts';
import { personOf } from '../../src/drive/principals.ts';
import { type Google, startGoogle } from '../../src/index.ts';
import { Contract } from '../contract/index.ts';

const run = promisify(execFile);
const installed = ['rclone', 'openssl'].every((program) => spawnSync(program, ['version']).status === 0);
if (!installed) console.warn('rclone or openssl is not installed: the tests with rclone are skipped');

const long = process.env.STERNA_TEST_LONG !== undefined;
const MANY = long ? 500 : 40;
const LARGE = (long ? 100 : 9) * 1024 * 1024;

const contract = new Contract();
let server: Google;
let proxy: VendorProxy;
let corpus: Corpus;
let root: DriveFile;
let folder: string;

beforeAll(async () => {
  if (!installed) return;
  server = await startGoogle({ empty: true, observe: contract.observe });
  proxy = await startVendorProxy(server.baseUrl, ['www.googleapis.com', 'oauth2.googleapis.com']);
  folder = mkdtempSync(join(tmpdir(), 'rclone-'));
  corpus = corpusOf(server.cloud);
  root = corpus.rootOf(personOf(server.domain('nordwind.example').named('alice')), Date.now());
  writeFileSync(
    join(folder, 'key.json'),
    JSON.stringify({ ...server.keyFile, token_uri: 'https://oauth2.googleapis.com/token' }),
  );
  configure();
  makeFiles(join(folder, 'source'));
});

afterAll(async () => {
  await proxy?.stop();
  await server?.stop();
  if (folder !== undefined) rmSync(folder, { recursive: true });
});

/** rclone rewrites its configuration: a fresh one for each test. */
function configure(...more: string[]): void {
  const lines = [
    '[gd]',
    'type = drive',
    'scope = drive',
    `service_account_file = ${join(folder, 'key.json')}`,
    'impersonate = alice@nordwind.example',
    'pacer_min_sleep = 0ms',
    ...more,
    '',
  ];
  writeFileSync(join(folder, 'rclone.conf'), lines.join('\n'));
}

/** Files in nested folders, one of them large, one empty, some with names that need care. */
function makeFiles(source: string): void {
  for (let i = 0; i < MANY - 5; i++) {
    const place = join(source, `folder ${i % 7}`, i % 3 === 0 ? 'deeper' : '');
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, `file ${i}.txt`), `${i}\n`.repeat(i));
  }
  const large = Buffer.alloc(LARGE);
  for (let at = 0; at < LARGE; at += 4096) large.writeUInt32LE((at * 2654435761) >>> 0, at);
  writeFileSync(join(source, 'large.bin'), large);
  writeFileSync(join(source, 'empty.txt'), '');
  writeFileSync(join(source, '100% #1 & më🙂re.txt'), 'odd');
  writeFileSync(join(source, "it's [a] (b); c+d=e @f.txt"), 'odd too');
  writeFileSync(join(source, 'question? colon: star* back\\slash.txt'), 'Drive takes any name');
}

async function rclone(...args: string[]): Promise<string> {
  const options = ['--config', join(folder, 'rclone.conf'), '--ca-cert', proxy.authority];
  const { stdout, stderr } = await run(
    'rclone',
    [...options, '--retries', '1', '--low-level-retries', '2', '--transfers', '4', '--stats', '0', ...args],
    { env: { PATH: process.env.PATH ?? '', HOME: folder, HTTPS_PROXY: proxy.url }, maxBuffer: 2 ** 24 },
  );
  return stdout + stderr;
}

function files(): DriveFile[] {
  return [...corpus.subtree(root)].filter((file) => headOf(file) !== undefined);
}

test.skipIf(!installed)(
  'rclone, unmodified: files go up, are checked, renamed, copied, deleted, and come back the same',
  async () => {
    const source = join(folder, 'source');
    await rclone('copy', source, 'gd:backup', '--drive-chunk-size', '2Mi');
    expect(files()).toHaveLength(MANY);
    const large = files().find(({ name }) => name === 'large.bin');
    expect(large && headOf(large)?.content.size).toBe(LARGE);
    expect(server.requests.some(({ status }) => status === 308)).toBe(true);

    // Compares sizes and MD5, by rclone's own reckoning.
    expect(await rclone('check', source, 'gd:backup')).toContain('0 differences found');
    const listed = JSON.parse((await rclone('lsjson', '-R', '--files-only', 'gd:backup')).trim());
    expect(listed).toHaveLength(MANY);

    // Nothing to do the second time: names, sizes and dates are those that it sent.
    const before = server.requests.length;
    await rclone('copy', source, 'gd:backup');
    const again = server.requests.slice(before).filter(({ method, target }) => method !== 'GET' && target !== '/token');
    expect(again).toEqual([]);

    writeFileSync(join(source, 'empty.txt'), 'no longer');
    const empty = files().find(({ name }) => name === 'empty.txt') as DriveFile;
    await rclone('copyto', join(source, 'empty.txt'), 'gd:backup/empty.txt');
    expect(empty.revisions).toHaveLength(2);

    await rclone('moveto', 'gd:backup/folder 1', 'gd:backup/Folder one');
    await rclone('copyto', 'gd:backup/large.bin', 'gd:backup/copy.bin');
    await rclone('deletefile', 'gd:backup/copy.bin');
    await rclone('purge', 'gd:backup/folder 2');
    rmSync(join(source, 'folder 2'), { recursive: true });
    const trashed = [...corpus.files].filter((file) => file.trashed !== undefined).map(({ name }) => name);
    expect(trashed.sort()).toEqual(['copy.bin', 'folder 2']);

    await rclone('moveto', 'gd:backup/Folder one', 'gd:backup/folder 1');
    await rclone('copy', 'gd:backup', join(folder, 'back'));
    expect((await run('diff', ['-r', source, join(folder, 'back')])).stdout).toBe('');
    expect(await rclone('about', 'gd:')).toContain('Used');
    expect(proxy.refused).toEqual([]);
    expect(contract.faults).toEqual([]);
    expect(server.failures).toEqual([]);
  },
  600_000,
);

test.skipIf(!installed)('rclone, unmodified, with a shared drive and a native document', async () => {
  const at = Date.now();
  const alice = personOf(server.domain('nordwind.example').named('alice'));
  const drive = corpus.createDrive('nordwind.example', 'Team', 'team', alice, at);
  const { Content } = await import('../../src/drive/content.ts');
  const mimeType = 'application/vnd.google-apps.document';
  corpus.create({ name: 'Plan', mimeType, parent: drive.root }, alice, at, {
    content: Content.of('what we do'),
    native: { text: 'what we do' },
    mimeType,
    originalFilename: 'Plan',
  });
  configure(`team_drive = ${drive.id}`, 'export_formats = txt');
  const file = join(folder, 'note.txt');
  writeFileSync(file, 'note');
  await rclone('copyto', file, 'gd:notes/note.txt');
  expect((await rclone('-q', 'lsf', '-R', 'gd:')).split('\n').filter(Boolean).sort()).toEqual([
    'Plan.txt',
    'notes/',
    'notes/note.txt',
  ]);
  expect(await rclone('-q', 'cat', 'gd:Plan.txt')).toBe('what we do');
  expect(contract.faults).toEqual([]);
});
