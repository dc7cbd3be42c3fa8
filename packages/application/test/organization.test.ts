import { generateKeyPairSync, sign } from 'node:crypto';
import { packBytes } from '@sterna/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as application from '../src/index.ts';
import {
  type Actor,
  actorOfSession,
  actorOfToken,
  bulk,
  changePassword,
  checkSystem,
  createAccount,
  createEntries,
  createOrganization,
  createToken,
  deleteSystem,
  exportMapping,
  exportUserList,
  getBalances,
  getList,
  getMapping,
  getSystem,
  grantLicenses,
  importMapping,
  importPack,
  importUserList,
  isSetUp,
  listConnectors,
  listEntries,
  listTokens,
  revokeToken,
  setUp,
  signIn,
  signOut,
  startPass,
  subscribe,
  updateEntry,
  updateSettings,
  updateSystem,
  whoAmI,
} from '../src/index.ts';
import { codeOf, endPass, makeProject, openStage, type Stage, unique } from './fixture.ts';

let stage: Stage;
let stranger: Actor;
beforeAll(async () => {
  stage = await openStage();
  await createOrganization(stage.context, stage.owner, {
    name: 'Second',
    email: 'owner@second.example',
    password: 'battery staple',
  });
  const session = await signIn(stage.context, { email: 'owner@second.example', password: 'battery staple' });
  stranger = await actorOfSession(stage.context, session.token);
});
afterAll(() => stage.close());

const csv = (text: string) => new TextEncoder().encode(text);

describe('accounts', () => {
  it('are set up exactly once, however many try at once', async () => {
    expect(stage.setUps.map((one) => (one.status === 'fulfilled' ? 'set up' : one.reason.code)).sort()).toEqual([
      'already-set-up',
      'already-set-up',
      'set up',
    ]);
    expect(await isSetUp(stage.context)).toBe(true);
    const tries = [1, 2, 3].map((n) =>
      codeOf(
        setUp(stage.context, { organization: `Other ${n}`, email: `x${n}@x.example`, password: 'long enough now' }),
      ),
    );
    expect(await Promise.all(tries)).toEqual(Array(3).fill('already-set-up'));
  });

  it('sign in with the right password only, and say no more', async () => {
    const refusal = async (email: string, password: string) => {
      try {
        await signIn(stage.context, { email, password });
      } catch (error) {
        return String(error);
      }
      return 'signed in';
    };
    expect(await refusal('owner@first.example', 'wrong')).toBe(await refusal('nobody@first.example', 'correct horse'));
    const session = await signIn(stage.context, { email: 'OWNER@first.example', password: 'correct horse' });
    expect(await whoAmI(stage.context, await actorOfSession(stage.context, session.token))).toMatchObject({
      role: 'owner',
    });
    await signOut(stage.context, { token: session.token });
    expect(await codeOf(actorOfSession(stage.context, session.token))).toBe('session-expired');
    const { rows } = await stage.database.pool.query('select password_hash from account');
    for (const row of rows) expect(row.password_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  });

  it('have roles: a viewer reads, an operator runs, an owner grants', async () => {
    const { context, owner } = stage;
    const as = async (role: 'operator' | 'viewer') => {
      const email = `${unique(role)}@first.example`;
      await createAccount(context, owner, { email, password: 'long enough now', role });
      return actorOfSession(context, (await signIn(context, { email, password: 'long enough now' })).token);
    };
    const [operator, viewer] = [await as('operator'), await as('viewer')];
    const grant = { type: 'mail', tier: 'standard', quantity: 1 } as const;
    expect(await codeOf(grantLicenses(context, operator, grant))).toBe('not-allowed');
    const { project } = await makeProject(stage);
    const entries = [{ itemType: 'mailbox' as const, sourceAddress: unique('s'), targetAddress: unique('t') }];
    expect(await codeOf(createEntries(context, viewer, { projectId: project.id, entries }))).toBe('not-allowed');
    expect(await codeOf(createEntries(context, operator, { projectId: project.id, entries }))).toBe('not refused');
    expect(await codeOf(listEntries(context, viewer, { projectId: project.id }))).toBe('not refused');
    expect(await codeOf(makeProject(stage, operator))).toBe('not-allowed');
    expect(
      await codeOf(
        createAccount(context, owner, { email: 'OWNER@FIRST.example', password: 'long enough now', role: 'viewer' }),
      ),
    ).toBe('email-taken');
    await changePassword(context, viewer, { current: 'long enough now', password: 'longer than that' });
    expect(
      await codeOf(changePassword(context, viewer, { current: 'long enough now', password: 'again and again' })),
    ).toBe('sign-in-refused');
  });

  it('make tokens with scopes, which expire and can be revoked', async () => {
    const { context, owner } = stage;
    const { token, id } = await createToken(context, owner, { name: 'ci', scopes: ['read'] });
    const actor = await actorOfToken(context, token);
    expect(actor).toMatchObject({ scopes: ['read'], name: 'owner@first.example (token ci)' });
    expect(await codeOf(createToken(context, actor, { name: 'more', scopes: ['operate'] }))).toBe('not-allowed');
    expect(await codeOf(grantLicenses(context, actor, { type: 'mail', tier: 'standard', quantity: 1 }))).toBe(
      'not-allowed',
    );
    expect(await codeOf(createToken(context, owner, { name: 'late', scopes: ['read'], expiresAt: new Date(0) }))).toBe(
      'expiry-past',
    );
    await stage.database.pool.query(`update api_token set expires_at = now() - interval '1 second' where id = $1`, [
      id,
    ]);
    expect(await codeOf(actorOfToken(context, token))).toBe('token-refused');
    const second = await createToken(context, owner, { name: 'ci2', scopes: ['admin', 'read'] });
    expect((await listTokens(context, owner)).map((one) => one.name)).toContain('ci2');
    await revokeToken(context, owner, { tokenId: second.id });
    expect(await codeOf(actorOfToken(context, second.token))).toBe('token-refused');
    const { rows } = await stage.database.pool.query('select token_hash from api_token');
    expect(rows.some((row) => row.token_hash.toString('utf8').includes(second.token))).toBe(false);
  });
});

describe('a second organization', () => {
  it('finds nothing of the first, whatever it asks for', async () => {
    const { context, owner } = stage;
    const { project, source, target } = await makeProject(stage);
    await grantLicenses(context, owner, { type: 'mail', tier: 'standard', quantity: 3 });
    const [entry] = await createEntries(context, owner, {
      projectId: project.id,
      entries: [{ itemType: 'mailbox', sourceAddress: 'secret@old.example', targetAddress: 'secret@new.example' }],
    });
    const entryId = entry?.id ?? 0;
    const { pass } = await startPass(context, owner, { entryId });
    await endPass(stage, entryId);
    const { backup } = await application.backUpTarget(context, owner, { entryId });
    const remigration = await codeOf(
      application.beginRemigration(context, owner, { entryId, reason: 'critical errors' }),
    );
    expect(remigration).toBe('not refused');
    const [open] = await application.listRemigrations(context, owner, { entryId });
    const schedule = await application.createSchedule(context, owner, {
      projectId: project.id,
      batch: '',
      kind: 'delta',
      runAt: new Date(Date.now() + 3_600_000),
      zone: 'UTC',
    });
    const { channel } = await application.createChannel(context, owner, {
      kind: 'webhook',
      name: 'of the first',
      topics: ['failures'],
      url: 'https://hooks.example/',
    });
    const delivery = await application.testChannel(context, owner, { channelId: channel.id });
    const token = await createToken(context, owner, { name: 'of the first', scopes: ['read'] });

    const ids = {
      projectId: project.id,
      systemId: source.id,
      sourceSystemId: source.id,
      targetSystemId: target.id,
      entryId,
      passId: pass.id,
      remigrationId: open?.id ?? 0,
      tokenId: token.id,
      scheduleId: schedule.id,
      channelId: channel.id,
      deliveryId: delivery.id,
      key: 'mx',
      title: 'x',
      batch: '',
      kind: 'delta',
      runAt: new Date(Date.now() + 7_200_000),
      zone: 'UTC',
      accountId: owner.accountId,
      backupEntryId: backup.entryId,
      ofEntryId: entryId,
      name: unique('thief'),
      csv: csv('SourceAddress,TargetAddress\na,b\n'),
      rows: [],
      entries: [],
      patch: {},
      itemType: 'mailbox',
      act: { action: 'start' },
      filter: { projectId: project.id },
      choice: 'refuse',
      why: 'x',
      targetAddress: 'x',
      go: true,
      reason: 'critical errors',
      backup: 'refuse',
      target: 'keep',
      note: 'x',
      connector: 'imap',
      settings: {},
    };
    /** Not about somebody's rows, or about the caller's own. */
    const OWN = new Set([
      'isSetUp',
      'setUp',
      'signIn',
      'signInByIdentity',
      'recoverAccount',
      'signOut',
      'actorOfSession',
      'actorOfToken',
      'whoAmI',
      'changePassword',
      'createAccount',
      'createOrganization',
      'createToken',
      'listConnectors',
      'createSystem',
      'grantLicenses',
      'importPack',
      'exportLedger',
      'verifyLedger',
      'verifyLedgerExport',
      'verifyAudit',
      'exportAudit',
      'isAuditExport',
      'signReport',
      'verifyReportHere',
      'reconcile',
      'waitsForReconcile',
      'verifyAuditExport',
      'driveRemigrations',
      'runSchedules',
      'scanNotifications',
      'deliverNotifications',
      'forgetOldNotifications',
      'listChannels',
      'createChannel',
      'getNotificationRules',
      'updateNotificationRules',
      'getBalances',
      'licensingTerms',
      'listAudit',
      'listAccounts',
      'listTokens',
      'listSystems',
      'listProjects',
      'listBackups',
      'getBulkRemigration',
      'continueBulkRemigration',
    ]);
    const asked: string[] = [];
    for (const [name, call] of Object.entries(application)) {
      if (typeof call !== 'function' || OWN.has(name)) continue;
      // What takes no context asks nobody: words, schemas, parsing.
      if (!/^[^(]*\(\s*context\b/.test(Function.prototype.toString.call(call))) continue;
      const run = call as (context: unknown, actor: Actor, input: unknown) => unknown;
      const result = run(context, stranger, ids);
      const answer = name === 'subscribe' ? (result as AsyncGenerator).next() : (result as Promise<unknown>);
      expect([name, await codeOf(answer as Promise<unknown>)]).toEqual([name, 'not-found']);
      asked.push(name);
    }
    expect(asked.length).toBeGreaterThan(40);
    const lists = await Promise.all([
      application.listSystems(context, stranger),
      application.listProjects(context, stranger),
      application.listTokens(context, stranger),
      application.listBackups(context, stranger),
      application.listChannels(context, stranger),
      application.listBackups(context, stranger, { ofEntryId: entryId }),
      application.listRemigrations(context, stranger),
      application.listAudit(context, stranger, { subject: `entry/${entryId}` }).then((page) => page.items),
      application.listPasses(context, stranger, {}).then((page) => page.items),
      application.listLicenseEvents(context, stranger, {}).then((page) => page.items),
    ]);
    for (const list of lists) expect(list).toEqual([]);
    expect((await getBalances(context, stranger)).every((one) => one.granted === 0)).toBe(true);
    expect(await bulk(context, stranger, { entryIds: [entryId], act: { action: 'delete' } })).toMatchObject({
      done: [],
      refused: [{ code: 'not-found' }],
    });
    expect(
      await codeOf(
        createOrganization(context, stranger, { name: 'Third', email: 't@t.example', password: 'long enough now' }),
      ),
    ).toBe('not-allowed');
  });

  it('hears nothing of the first', async () => {
    const { context, owner } = stage;
    const { project } = await makeProject(stage);
    /** Events come in order, so whoever hears its last one has heard all before it. */
    const heard = async (actor: Actor, last: string, projectId?: number) => {
      const types: string[] = [];
      for await (const event of subscribe(context, actor, { projectId })) {
        types.push(event.type);
        if (event.type === last) break;
      }
      return types;
    };
    const listening = [heard(owner, 'pass', project.id), heard(stranger, 'license')];
    const [entry] = await createEntries(context, owner, {
      projectId: project.id,
      entries: [{ itemType: 'mailbox', sourceAddress: unique('e'), targetAddress: unique('f') }],
    });
    await application.startAudit(context, owner, { entryId: entry?.id ?? 0 });
    await grantLicenses(context, owner, { type: 'mail', tier: 'standard', quantity: 1 });
    // The stranger's own event comes last.
    await grantLicenses(context, stranger, { type: 'mail', tier: 'standard', quantity: 1 });
    const [ours, theirs] = await Promise.all(listening);
    expect(ours).toEqual(['entry', 'pass']);
    expect(theirs).toEqual(['license']);
  });

  it('hears first what was told just before, if it asks for that', async () => {
    const { context, owner } = stage;
    const { project } = await makeProject(stage);
    const [entry] = await createEntries(context, owner, {
      projectId: project.id,
      entries: [{ itemType: 'mailbox', sourceAddress: unique('e'), targetAddress: unique('f') }],
    });
    const passOf = async (recentMs?: number) => {
      for await (const event of subscribe(context, owner, { projectId: project.id, recentMs }))
        if (event.type === 'pass' || event.type === 'lost') return event;
      throw new Error('the stream ended');
    };
    const begun = performance.now();
    const inTime = passOf();
    await application.startAudit(context, owner, { entryId: entry?.id ?? 0 });
    const heard = await inTime;
    // Nothing more happens: who comes now hears of it only because it is kept.
    expect(await passOf(performance.now() - begun)).toEqual(heard);
    expect(heard).toMatchObject({ projectId: project.id, entryId: entry?.id });
  });

  it('learns whose an entry is once, however many listen', async () => {
    const { project } = await makeProject(stage);
    const [entry] = await createEntries(stage.context, stage.owner, {
      projectId: project.id,
      entries: [{ itemType: 'mailbox', sourceAddress: unique('e'), targetAddress: unique('f') }],
    });
    let asked = 0;
    const db = stage.context.db.withPlugin({
      transformQuery: ({ node }) => {
        // Projects are asked for as well, by other words.
        if (node.kind === 'RawNode') asked += 1;
        return node;
      },
      transformResult: async ({ result }) => result,
    });
    const { events } = stage.context;
    const counted = { ...stage.context, db, events: { subscribe: events.subscribe.bind(events) } };
    const passOf = async (actor: Actor) => {
      for await (const event of subscribe(counted, actor, {}))
        if (event.type === 'pass' || event.type === 'license') return event;
      throw new Error('the stream ended');
    };
    const listening = [...Array(20).fill(stage.owner), stranger].map(passOf);
    await application.startAudit(stage.context, stage.owner, { entryId: entry?.id ?? 0 });
    await grantLicenses(stage.context, stranger, { type: 'mail', tier: 'standard', quantity: 1 });
    const heard = await Promise.all(listening);
    expect(heard.map(({ entryId }) => entryId)).toEqual([...Array(20).fill(entry?.id), undefined]);
    expect(asked).toBe(1);
  });

  it('stops hearing when told to', async () => {
    const stop = new AbortController();
    const next = subscribe(stage.context, stage.owner, { signal: stop.signal }).next();
    stop.abort();
    expect(await next).toEqual({ value: undefined, done: true });
  });
});

describe('systems and projects', () => {
  it('seal credentials, and never give them back', async () => {
    const { context, owner } = stage;
    const { source } = await makeProject(stage);
    expect(source.credentials).toEqual({ user: true, password: true, accessToken: false });
    const { rows } = await stage.database.pool.query('select * from system where id = $1', [source.id]);
    expect(rows[0].sealed_credentials.includes('right')).toBe(false);
    expect(await checkSystem(context, owner, { systemId: source.id, address: 'a@x' })).toMatchObject({
      ok: true,
      lines: [{ evidence: 'as a@x' }],
    });
    await updateSystem(context, owner, { systemId: source.id, credentials: { password: 'wrong' } });
    expect((await checkSystem(context, owner, { systemId: source.id })).ok).toBe(false);
    await updateSystem(context, owner, { systemId: source.id, name: unique('renamed'), credentials: {} });
    expect((await getSystem(context, owner, { systemId: source.id })).credentials.password).toBe(false);
    expect(await codeOf(updateSystem(context, owner, { systemId: source.id, settings: { hots: 1 } }))).toBe(
      'system-settings-invalid',
    );
    expect(await codeOf(deleteSystem(context, owner, { systemId: source.id }))).toBe('system-in-use');
    expect((await listConnectors(context, owner)).map((one) => one.name)).toEqual(['imap', 'archive']);
  });

  it('change settings by a patch, with the version counted', async () => {
    const { context, owner } = stage;
    const { project } = await makeProject(stage);
    const { project: after, changes } = await updateSettings(context, owner, {
      projectId: project.id,
      patch: { conflict: 'rename' },
      ifVersion: 1,
    });
    expect([after.settingsVersion, changes.map((one) => one.field)]).toEqual([2, ['conflict']]);
    expect(
      await codeOf(
        updateSettings(context, owner, { projectId: project.id, patch: { conflict: 'skip' }, ifVersion: 1 }),
      ),
    ).toBe('settings-changed');
    expect(
      await codeOf(
        updateSettings(context, owner, {
          projectId: project.id,
          patch: { dateFilter: { from: '2026-02-01', to: '2026-01-01' } },
        }),
      ),
    ).toBe('date-filter-reversed');
  });

  it('map addresses from CSV', async () => {
    const { context, owner } = stage;
    const { project } = await makeProject(stage);
    const projectId = project.id;
    expect(await importMapping(context, owner, { projectId, csv: csv('Source,Target\na@x,\n') })).toMatchObject({
      imported: 0,
      problems: [{ line: 2, column: 'Target' }],
    });
    await importMapping(context, owner, { projectId, csv: csv('Source,Target,Kind\nA@x,b@y,\nx,y,domain\n') });
    expect(await getMapping(context, owner, { projectId })).toHaveLength(2);
    await importMapping(context, owner, { projectId, csv: csv('Source,Target\na@X,c@y\n'), append: true });
    expect(await exportMapping(context, owner, { projectId })).toBe(
      'Source,Target,Kind\r\nx,y,domain\r\na@x,c@y,user\r\n',
    );
  });
});

describe('user list', () => {
  it('imports all or nothing, or the good lines; seals passwords; exports no secrets', async () => {
    const { context, owner } = stage;
    const { project } = await makeProject(stage);
    const projectId = project.id;
    await grantLicenses(context, owner, { type: 'mail', tier: 'trial', quantity: 1 });
    const text =
      'SourceAddress;TargetAddress;SourcePassword;License\r\na@x;b@y;geheim;trial\r\nc@x;d@y;;trial\r\ne@x;;;\r\n';
    const refused = await importUserList(context, owner, { projectId, csv: csv(`\ufeff${text}`) });
    expect(refused.imported).toBe(0);
    expect(refused.problems.map(({ line, column, code }) => [line, column, code])).toEqual([
      [3, 'License', 'license-none-left'],
      [4, 'TargetAddress', 'csv-bad-value'],
    ]);
    expect((await listEntries(context, owner, { projectId })).total).toBe(0);
    expect(
      (await importUserList(context, owner, { projectId, csv: csv(text), partial: true, preview: true })).imported,
    ).toBe(1);
    const partial = await importUserList(context, owner, { projectId, csv: csv(text), partial: true });
    expect(partial).toMatchObject({ imported: 1, entryIds: [expect.any(Number)] });
    const { items } = await listEntries(context, owner, { projectId });
    expect(items).toMatchObject([
      { hasCredentials: { source: true, target: false }, licenses: [{ tier: 'trial', burned: false }] },
    ]);
    expect(await exportUserList(context, owner, { projectId })).not.toMatch(/geheim/);
    const again = await importUserList(context, owner, {
      projectId,
      csv: csv(await exportUserList(context, owner, { projectId })),
    });
    expect(again.problems).toMatchObject([{ code: 'csv-duplicate', line: 2 }]);
    expect(JSON.stringify(await application.listAudit(context, owner, {}))).not.toMatch(/geheim/);
  });

  it('finds what the source holds, or says to import a CSV', async () => {
    const { context, owner, world } = stage;
    const { project } = await makeProject(stage);
    world.folders.set('x@old.example', []);
    expect(await getList(context, owner, { projectId: project.id, itemType: 'mailbox' })).toContainEqual(
      expect.objectContaining({ address: 'x@old.example', listed: false }),
    );
    world.canList = false;
    await expect(getList(context, owner, { projectId: project.id, itemType: 'mailbox' })).rejects.toMatchObject({
      code: 'cannot-list-users',
      fix: expect.stringContaining('CSV'),
    });
    world.canList = true;
  });

  it('pages, sorts, filters and searches thousands; acts on what a filter finds', async () => {
    const { context, owner } = stage;
    const { project } = await makeProject(stage);
    const projectId = project.id;
    const lines = Array.from({ length: 3_000 }, (_, i) => `u${(i * 7919) % 3000}@x.example,v${i}@y.example,w${i % 3}`);
    const { imported } = await importUserList(context, owner, {
      projectId,
      csv: csv(`Source,Target,Batch\n${lines.join('\n')}\n`),
    });
    expect(imported).toBe(3_000);
    for (const sort of ['id', 'source', 'batch'] as const)
      for (const descending of [false, true]) {
        const seen: number[] = [];
        const keys: string[] = [];
        let after: string | undefined;
        do {
          const page = await listEntries(context, owner, { projectId, sort, descending, after, limit: 500 });
          for (const item of page.items) {
            seen.push(item.id);
            keys.push(
              sort === 'source'
                ? item.sourceAddress
                : sort === 'batch'
                  ? (item.batch ?? '')
                  : String(item.id).padStart(12, '0'),
            );
          }
          after = page.next;
        } while (after !== undefined);
        expect(new Set(seen).size).toBe(3_000);
        const sorted = [...keys].sort();
        expect(keys).toEqual(descending ? sorted.reverse() : sorted);
      }
    const found = await listEntries(context, owner, { projectId, search: 'U1234@', limit: 1 });
    expect(found.total).toBe(1);
    expect((await listEntries(context, owner, { projectId, search: '%', limit: 1 })).total).toBe(0);
    expect((await listEntries(context, owner, { projectId, batch: 'w1', limit: 1 })).total).toBe(1_000);
    expect(await codeOf(listEntries(context, owner, { projectId, after: 'nonsense' }))).toBe('cursor-invalid');
    await grantLicenses(context, owner, { type: 'mail', tier: 'standard', quantity: 2 });
    const some = (await listEntries(context, owner, { projectId, limit: 3, sort: 'id' })).items.map(({ id }) => id);
    const result = await bulk(context, owner, {
      entryIds: [...some, ...some],
      act: { action: 'assign', tier: 'standard' },
    });
    expect(result.done.length + result.refused.length).toBe(3);
    expect((await listEntries(context, owner, { projectId, license: 'assigned', limit: 1 })).total).toBe(
      result.done.length,
    );
    expect((await listEntries(context, owner, { projectId, license: 'none', limit: 1 })).total).toBe(
      3_000 - result.done.length,
    );
    expect(
      await codeOf(updateEntry(context, owner, { entryId: some[0] ?? 0, settings: { conflict: 'perhaps' } })),
    ).toBe('settings-invalid');
  });
});

describe('license packs', () => {
  it('are the only source of licenses where the installation says so, and count once', async () => {
    const { context, owner, policy } = stage;
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    policy.packsOnly = true;
    policy.issuers = { Provider: publicKey.export({ type: 'spki', format: 'pem' }).toString() };
    const { organization } = await whoAmI(context, owner);
    const pack = {
      v: 1,
      packId: unique('pack-0001'),
      organization: organization.publicId,
      type: 'team',
      tier: 'standard',
      quantity: 7,
      issuer: 'Provider',
      issuedAt: '2026-01-01T00:00:00Z',
    } as const;
    const signed = JSON.stringify({ pack, signature: sign(null, packBytes(pack), privateKey).toString('base64') });
    expect(await codeOf(grantLicenses(context, owner, { type: 'team', tier: 'standard', quantity: 1 }))).toBe(
      'license-packs-only',
    );
    expect(await codeOf(importPack(context, stranger, { pack: signed }))).toBe('license-pack-other-organization');
    expect(await codeOf(importPack(context, owner, { pack: signed.replace('"quantity":7', '"quantity":70') }))).toBe(
      'license-pack-signature',
    );
    expect(await importPack(context, owner, { pack: signed })).toMatchObject({
      type: 'team',
      granted: 7,
      available: 7,
    });
    expect(await codeOf(importPack(context, owner, { pack: signed }))).toBe('license-pack-used');
    policy.packsOnly = false;
  });
});
