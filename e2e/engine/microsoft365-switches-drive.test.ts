import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { microsoft365Connector } from '@sterna/connector-microsoft365';
import {
  DirectDrive,
  type DriveBehaviour,
  drivesOf,
  type Microsoft365,
  VirtualClock,
} from '@sterna/simulator-microsoft365';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addEntry, type Bench, notes, openBench, pass, verifyResult } from '../support/direct-pass.ts';
import { scratch } from '../support/folders.ts';
import { mapping } from '../support/mapping.ts';
import { microsoft365Endpoint } from '../support/microsoft365.ts';
import { casesOf, expectEverySwitch, expectMet, type FlipCase, type Flips, watched } from '../support/switches.ts';
import { startMicrosoft365 } from '../support/watched-simulators.ts';

const DRIVE = ['OneDrive'] as const;
type Way = (typeof DRIVE)[number];
const ways = DRIVE;
const MINUTE = 60_000;
const PIECE = 327_680;

const FLIPS: Flips<DriveBehaviour, Way> = {
  rewriteOffice: { other: [false], ways },
  datesMakeVersion: { other: [false], ways },
  authorizationOnTransferUrl: { other: ['ignored'], ways },
  uploadConflictDefault: { other: ['fail'], ways, unmet: 'every upload says what is to be done about its name' },
  uploadConflictTold: { other: ['creation'], ways },
  oneSessionPerName: { other: [false], ways },
  ifMatchAtCommit: { other: [true], ways },
  replacedFolder: { other: ['kept'], ways, unmet: 'a folder is never written over' },
  keepDescriptions: { other: [true], ways },
  // An upload and a download meet the clock jumping by more than that.
  uploadSessionLifetime: { other: [MINUTE], ways },
  downloadUrlLifetime: { other: [MINUTE], ways },
  maxSimpleUpload: { other: [4 * 1024 * 1024], ways },
  copyDuration: { other: [1_000], ways, unmet: 'nothing is copied within a drive' },
  identityEmails: { other: [true], ways },
  partialInvitation: { other: ['refused'], ways },
  anonymousLinks: { other: [false], ways },
  externalSharing: { other: [false], ways },
  maxVersions: { other: [2], ways },
  pageSize: { other: [2], ways },
  resyncCode: { other: ['resyncChangesUploadDifferences'], ways },
  emptyDeltaPageEvery: { other: [2], ways },
  staleDeltaItemEvery: { other: [2], ways },
};

const [FROM, TO] = ['alice@contoso.example', 'alice@fabrikam.example'];
const SETTINGS = { versionDepth: 10 };

let dir: string;
let bench: Bench;
let server: Microsoft365;
const clock = new VirtualClock(Date.now());
beforeAll(async () => {
  dir = scratch('engine-microsoft365-switches-drive');
  bench = await openBench(join(dir, 'data'), [
    { ...microsoft365Connector, open: (request) => microsoft365Connector.open({ ...request, kinds: ['file'] }) },
  ]);
});
afterAll(async () => {
  await bench.close();
  rmSync(dir, { recursive: true, force: true });
});

/** As Office files are: a ZIP, here with nothing in it. */
const OFFICE = Buffer.concat([Buffer.from('PK\x05\x06', 'latin1'), Buffer.alloc(18)]);
const LARGE = Buffer.alloc(2 * PIECE + 1_234, 'sterna ');

function fill(from: DirectDrive): void {
  for (const text of ['first', 'second', 'third', 'fourth']) from.put(['Work'], 'plan.txt', Buffer.from(text));
  from.put(['Work'], 'large.bin', LARGE);
  from.put(['Work'], 'raced.txt', Buffer.from('ours'));
  from.put(['Work', 'Below'], 'report.docx', OFFICE);
  from.put([], 'empty.txt', Buffer.alloc(0));
  for (let n = 0; n < 4; n += 1) from.put(['Many'], `${n}.txt`, Buffer.from(`number ${n}`));
  from.share(['Work', 'plan.txt'], 'bjorn@contoso.example', 'write');
  from.share(['Work', 'plan.txt'], 'chloe@contoso.example', 'read');
  from.shareByLink(['Many', '0.txt']);
}

/** Path, the newest contents, when it was changed. */
const held = (drive: DirectDrive, versions: number): string[] =>
  drive
    .files()
    .map(({ folder, name, content, earlier, modifiedAt }) =>
      [
        [...folder, name].join('/'),
        name.endsWith('.docx') || name === 'empty.txt'
          ? name
          : [...earlier, content].slice(-versions).map(String).join(', then '),
        modifiedAt,
      ].join(' | '),
    )
    .sort();

async function run({ switches, ...looked }: FlipCase<DriveBehaviour, Way>): Promise<void> {
  server = await startMicrosoft365({ empty: true, clock });
  try {
    const [from, to] = [new DirectDrive(server, FROM), new DirectDrive(server, TO)];
    fill(from);
    drivesOf(server.tenant('fabrikam.example')).guests.add('guest@outside.example');
    const looks = [from, to].map(({ behaviour }) => watched(behaviour, switches));
    const [source, target] = [FROM, TO].map((address) =>
      microsoft365Endpoint(server, address, { uploadPieceBytes: PIECE }),
    );
    if (source === undefined || target === undefined) throw new Error('no ends');
    const entry = await addEntry(bench, source, target);
    await mapping(bench, entry, 'bjorn@contoso.example', 'bjorn@fabrikam.example');
    await mapping(bench, entry, 'chloe@contoso.example', 'guest@outside.example');

    // Somebody else is quicker; and an upload and a download take long.
    const interrupts: readonly (readonly [RegExp, () => void])[] = [
      [/^POST .*raced\.txt.*createUploadSession/, () => to.put(['Work'], 'raced.txt', Buffer.from('theirs'))],
      [/^PUT \/open\/upload/, () => clock.advance(2 * MINUTE)],
      [/^GET \/open\/download/, () => clock.advance(2 * MINUTE)],
    ];
    const left = new Set(interrupts);
    server.faults.inject({
      fault: { kind: 'reset' },
      when: ({ method, target: path }) => {
        for (const one of left)
          if (one[0].test(`${method} ${decodeURIComponent(path)}`)) {
            left.delete(one);
            one[1]();
          }
        return false;
      },
    });
    const first = await pass(bench, entry, 'initial', SETTINGS);
    expect(first).toMatchObject({ error: null, books: { balanced: true } });
    expect(left.size).toBe(0);
    // What is empty gets its date by itself, and an Office file other bytes: nothing else may differ.
    const versions = switches.maxVersions ?? 4;
    const wanted = held(from, versions).map((one) =>
      one.startsWith('Work/raced.txt') ? (held(to, 1).find((other) => other.startsWith('Work/raced.txt')) ?? '') : one,
    );
    expect(held(to, versions)).toEqual(wanted);
    expect(
      to
        .files()
        .find(({ name }) => name === 'raced.txt')
        ?.content.toString(),
    ).toBe('theirs');
    expect(to.rights(['Work', 'plan.txt'])).toEqual([
      'bjorn@fabrikam.example write',
      ...(switches.externalSharing === false ? [] : ['guest@outside.example read']),
    ]);
    expect(to.rights(['Many', '0.txt'])).toEqual(switches.anonymousLinks === false ? [] : ['link anonymous view']);
    const told = async () => new Set((await notes(bench, entry)).map(({ code }) => code));
    expect((await told()).has('link-not-allowed')).toBe(switches.anonymousLinks === false);
    expect((await told()).has('unknown-principal')).toBe(switches.externalSharing === false);

    server.faults.deltaTokensInvalidBefore = clock.now() + 1;
    clock.advance(MINUTE);
    from.put(['Work'], 'plan.txt', Buffer.from('fifth'));
    from.move(['Many', '1.txt'], ['Work', 'one.txt']);
    const second = await pass(bench, entry, 'delta', SETTINGS);
    expect(second).toMatchObject({ error: null, books: { balanced: true } });
    expect(second.books.total).toMatchObject({ created: 0, updated: 2, failed: 0 });
    const verified = verifyResult(await pass(bench, entry, 'verify', { ...SETTINGS, verifyDepth: 'content' }));
    expect(verified).toMatchObject({ ok: true, missing: 0, duplicated: 0, different: 0 });
    expect([...from.mails, ...to.mails]).toEqual([]);
    expect(to.openUploads).toEqual([]);
    expectMet(looks, looked);
    expect(server.failures).toEqual([]);
  } finally {
    await server.stop();
  }
}

test('every switch has its line', async () => {
  server = await startMicrosoft365({ empty: true });
  expectEverySwitch(FLIPS, new DirectDrive(server, FROM).behaviour);
  await server.stop();
});

for (const one of casesOf(FLIPS, { OneDrive: {} }))
  test(`a drive goes right, whatever SharePoint does: ${one.name}`, () => run(one));
