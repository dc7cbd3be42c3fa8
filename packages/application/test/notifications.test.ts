import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  beginRemigration,
  chooseBackup,
  createChannel,
  createSchedule,
  deliverNotifications,
  forgetOldNotifications,
  grantLicenses,
  importUserList,
  listAudit,
  listChannels,
  listDeliveries,
  listEntries,
  type NotificationTransport,
  removeChannel,
  renewChannelSecret,
  runSchedules,
  type Sent,
  scanNotifications,
  startPass,
  testChannel,
  updateChannel,
  updateNotificationRules,
} from '../src/index.ts';
import { codeOf, endPass, makeProject, openStage, type Stage, unique } from './fixture.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
  await grantLicenses(stage.context, stage.owner, { type: 'mail', tier: 'standard', quantity: 100 });
});
afterAll(() => stage.close());

type Webhook = Parameters<NotificationTransport['webhook']>[0];
type Mail = Parameters<NotificationTransport['mail']>[0];

/** Receivers whose answers the test chooses. */
class Receivers implements NotificationTransport {
  readonly webhooks: Webhook[] = [];
  readonly mails: Mail[] = [];
  answer: Sent = { ok: true, words: 'Answered 200.' };
  async webhook(message: Webhook): Promise<Sent> {
    this.webhooks.push(message);
    return this.answer;
  }
  async mail(message: Mail): Promise<Sent> {
    this.mails.push(message);
    return this.answer;
  }
  /** Topics that webhooks told, in order. */
  get told(): string[] {
    return this.webhooks.map((one) => JSON.parse(one.body).type);
  }
}
let receivers: Receivers;
beforeEach(() => {
  receivers = new Receivers();
});

const ALL = ['batch-done', 'failures', 'throttled', 'license-low', 'remigration-waiting'] as const;
const webhook = (topics: readonly (typeof ALL)[number][] = ALL) =>
  createChannel(stage.context, stage.owner, {
    kind: 'webhook',
    name: unique('hook'),
    topics,
    url: 'https://receiver.example/hooks/T0/secret-path',
  });
const mail = (topics: readonly (typeof ALL)[number][]) =>
  createChannel(stage.context, stage.owner, {
    kind: 'email',
    name: unique('mail'),
    topics,
    host: 'smtp.example.org',
    security: 'starttls',
    user: 'sterna',
    password: 'geheim',
    from: 'sterna@example.org',
    to: ['night@example.org', ' night@example.org ', 'boss@example.org'],
  });

async function batchOf(
  count: number,
  batch = unique('Batch'),
): Promise<{ projectId: number; batch: string; ids: number[] }> {
  const { project } = await makeProject(stage);
  const lines = Array.from({ length: count }, () => `${unique('a')}@old.example,${unique('b')}@new.example,${batch}`);
  await importUserList(stage.context, stage.owner, {
    projectId: project.id,
    csv: new TextEncoder().encode(`Source,Target,Batch\n${lines.join('\n')}\n`),
  });
  const { items } = await listEntries(stage.context, stage.owner, { projectId: project.id });
  return { projectId: project.id, batch, ids: items.map((one) => one.id) };
}
const start = (entryId: number) => startPass(stage.context, stage.owner, { entryId });
const books = (entryId: number, failed: number) =>
  stage.database.pool.query(
    `update pass set books = books || jsonb_build_object('failed', $2::integer, 'created', 100 - $2::integer)
      where entry_id = $1`,
    [entryId, failed],
  );
/** Several processes look and send at the same time, twice. */
async function tell(): Promise<void> {
  for (let times = 0; times < 2; times += 1) {
    await Promise.all([1, 2, 3].map(() => scanNotifications(stage.context, undefined)));
    await Promise.all([1, 2, 3].map(() => deliverNotifications(stage.context, receivers)));
  }
}
const deliveries = async (channelId: number) => (await listDeliveries(stage.context, stage.owner, { channelId })).items;

describe('what happens is told once', () => {
  it('when a batch is done, whoever started it, and not before', async () => {
    const { channel } = await webhook(['batch-done']);
    const { projectId, batch, ids } = await batchOf(4);
    const [first = 0, second = 0, third = 0, fourth = 0] = ids;
    await start(first);
    await endPass(stage, first);
    await tell();
    // The others never started: one entry that was tried is no batch.
    expect(receivers.told).toEqual([]);
    for (const id of [second, third, fourth]) await start(id);
    for (const id of [second, third]) await endPass(stage, id);
    await tell();
    expect(receivers.told).toEqual([]);
    await endPass(stage, fourth, 'completed with failures');
    await tell();
    expect(receivers.told).toEqual(['batch-done']);
    expect(JSON.parse(receivers.webhooks[0]?.body ?? '')).toMatchObject({
      type: 'batch-done',
      timestamp: expect.stringMatching(/Z$/),
      data: { batch, projectId, entries: 4, completed: 3, withFailures: 1, title: expect.stringContaining('3 of 4') },
    });
    // Trying one entry again is no news of the batch; a scheduled delta is.
    await start(fourth);
    await endPass(stage, fourth);
    await tell();
    expect(receivers.told).toHaveLength(1);
    const schedule = await createSchedule(stage.context, stage.owner, {
      projectId,
      batch,
      kind: 'delta',
      runAt: new Date(Date.now() + 3_600_000),
      zone: 'UTC',
    });
    await stage.database.pool.query('update batch_schedule set next_run_at = now() where id = $1', [schedule.id]);
    await runSchedules(stage.context);
    await tell();
    expect(receivers.told).toHaveLength(1);
    for (const id of ids) await endPass(stage, id);
    await tell();
    expect(receivers.told).toEqual(['batch-done', 'batch-done']);
    expect(await deliveries(channel.id)).toMatchObject([
      { status: 'delivered', attempts: [{ number: 1, ok: true, words: 'Answered 200.' }] },
      { status: 'delivered' },
    ]);
    await removeChannel(stage.context, stage.owner, { channelId: channel.id });
  });

  it('when failures pass the share, and mails come together', async () => {
    await updateNotificationRules(stage.context, stage.owner, { failureShare: 0.1 });
    const hook = await webhook(['failures']);
    const post = await mail(['failures']);
    expect(post.channel.mail?.to).toEqual(['night@example.org', 'boss@example.org']);
    const { ids } = await batchOf(4);
    const [few = 0, many = 0, broken = 0, more = 0] = ids;
    for (const id of ids) await start(id);
    await endPass(stage, few, 'completed with failures');
    await books(few, 10);
    await endPass(stage, many, 'completed with failures');
    await books(many, 11);
    await stage.database.pool.query(
      `update pass set error = '{"code":"imap-login-refused","message":"The server refused the login.","fix":"Correct the password."}'
        where entry_id = $1`,
      [broken],
    );
    await endPass(stage, broken, 'failed');
    await tell();
    expect(receivers.told).toEqual(['failures', 'failures']);
    expect(receivers.webhooks.map((one) => JSON.parse(one.body).data.entryId).sort()).toEqual([many, broken].sort());
    expect(receivers.mails).toHaveLength(1);
    expect(receivers.mails[0]).toMatchObject({
      password: 'geheim',
      server: { host: 'smtp.example.org', port: 587 },
      subject: expect.stringMatching(/^\[Sterna\] 2 notices: /),
      text: expect.stringMatching(/11 of 100 objects failed[\s\S]*refused the login\. Correct the password/),
    });
    // The next one waits a while, so that a bad night fills no mailbox.
    await endPass(stage, more, 'failed');
    await tell();
    expect([receivers.told.length, receivers.mails.length]).toEqual([3, 1]);
    await stage.database.pool.query(
      `update notification_delivery set next_attempt_at = now() where status = 'waiting'`,
    );
    await tell();
    expect(receivers.mails).toHaveLength(2);
    for (const { channel } of [hook, post]) await removeChannel(stage.context, stage.owner, { channelId: channel.id });
  });

  it('when passes are held up for long, licenses run low, or a remigration waits', async () => {
    const { channel } = await webhook();
    const { projectId, ids } = await batchOf(3);
    const [held = 0, slow = 0, again = 0] = ids;
    const pend = (entryId: number, minutes: number, objects: number) =>
      stage.database.pool.query(
        `update pass set status = 'pending', queued_at = now() - make_interval(mins => $2),
                progress = jsonb_build_object('objects', $3::integer),
                error = '{"message":"Too many requests.","class":"throttled"}', resume_at = now() + interval '9 minutes'
          where entry_id = $1 and ended_at is null`,
        [entryId, minutes, objects],
      );
    for (const id of ids) await start(id);
    await endPass(stage, again);
    await pend(held, 29, 5);
    await tell();
    receivers.webhooks.splice(0);
    // It has got further meanwhile: it is slow, not stuck.
    await pend(slow, 40, 5);
    await pend(held, 29, 6);
    await pend(slow, 3, 9);
    await tell();
    expect(receivers.told).toEqual([]);
    await stage.database.pool.query(
      `update throttle_watch set since = now() - interval '31 minutes' where pass_id in (select id from pass where entry_id = $1)`,
      [held],
    );
    await tell();
    expect(receivers.told).toEqual(['throttled']);
    expect(JSON.parse(receivers.webhooks[0]?.body ?? '').data).toMatchObject({
      projectId,
      passes: 1,
      text: expect.stringMatching(/^Too many requests\. The next attempt is at .* UTC/),
    });
    for (const id of [held, slow]) await endPass(stage, id);
    await tell();
    const { rows } = await stage.database.pool.query('select from throttle_watch');
    expect(rows).toHaveLength(0);
    receivers.webhooks.splice(0);

    const { remigration } = await beginAgain(again);
    await tell();
    // Somebody walks through the steps just now.
    expect(receivers.told).toEqual([]);
    const backup = await chooseBackup(stage.context, stage.owner, { remigrationId: remigration.id, choice: 'backup' });
    await stage.database.pool.query(`update pass set status = 'failed', ended_at = now() where id = $1`, [
      backup.waitingFor?.passId,
    ]);
    await tell();
    expect(receivers.told).toEqual(['remigration-waiting']);
    receivers.webhooks.splice(0);

    await updateNotificationRules(stage.context, stage.owner, { licenseLow: 95 });
    await tell();
    await start((await batchOf(1)).ids[0] ?? 0);
    await tell();
    expect(receivers.told).toEqual(['license-low']);
    await updateNotificationRules(stage.context, stage.owner, { licenseLow: 0 });
    await removeChannel(stage.context, stage.owner, { channelId: channel.id });
  });
  const beginAgain = async (entryId: number) => ({
    remigration: await beginRemigration(stage.context, stage.owner, { entryId, reason: 'critical errors' }),
  });
});

describe('deliveries', () => {
  it('are tried again until the receiver takes them, and again after a process died in the middle', async () => {
    const { channel } = await webhook(['failures']);
    const { ids } = await batchOf(2);
    for (const id of ids) await start(id);
    await endPass(stage, ids[0] ?? 0, 'failed');
    receivers.answer = { ok: false, words: 'Answered 503.' };
    await tell();
    expect(await deliveries(channel.id)).toMatchObject([
      { status: 'waiting', attempts: [{ ok: false, words: 'Answered 503.' }], nextAttemptAt: expect.any(Date) },
    ]);
    const due = () =>
      stage.database.pool.query(`update notification_delivery set next_attempt_at = now() where status = 'waiting'`);
    await due();
    // Sent, and then the process is gone: nothing is written down.
    await expect(
      deliverNotifications(stage.context, {
        ...receivers,
        webhook: async (message) => {
          receivers.webhooks.push(message);
          await stage.database.pool.query('alter table notification_attempt rename to gone');
          return { ok: true, words: 'lost' };
        },
        mail: async () => ({ ok: true, words: '' }),
      }),
    ).rejects.toThrow(/notification_attempt/);
    await stage.database.pool.query('alter table gone rename to notification_attempt');
    receivers.answer = { ok: true, words: 'Answered 204.' };
    await deliverNotifications(stage.context, receivers);
    expect((await deliveries(channel.id))[0]?.status).toBe('waiting');
    await due();
    await deliverNotifications(stage.context, receivers);
    expect(await deliveries(channel.id)).toMatchObject([
      {
        status: 'delivered',
        attempts: [
          { number: 1, ok: false },
          { number: 3, ok: true },
        ],
      },
    ]);
    expect(new Set(receivers.webhooks.map((one) => one.headers['webhook-id'])).size).toBe(1);
    expect(receivers.webhooks).toHaveLength(3);

    // What a channel that is off would have told is not told later.
    await updateChannel(stage.context, stage.owner, { channelId: channel.id, enabled: false });
    await endPass(stage, ids[1] ?? 0, 'failed');
    await tell();
    await updateChannel(stage.context, stage.owner, { channelId: channel.id, enabled: true });
    await tell();
    expect(receivers.webhooks).toHaveLength(3);
    await removeChannel(stage.context, stage.owner, { channelId: channel.id });
  });

  it('are given up when the receiver is gone, and tests are tried once', async () => {
    const { channel } = await webhook(['failures']);
    const { ids } = await batchOf(1);
    await start(ids[0] ?? 0);
    await endPass(stage, ids[0] ?? 0, 'failed');
    receivers.answer = { ok: false, words: 'Answered 410.', final: true };
    await tell();
    receivers.answer = { ok: false, words: 'Answered 500.' };
    const test = await testChannel(stage.context, stage.owner, { channelId: channel.id });
    expect(test).toMatchObject({ topic: 'test', status: 'waiting', attempts: [] });
    await tell();
    expect(await deliveries(channel.id)).toMatchObject([
      { id: test.id, status: 'failed', attempts: { length: 1 } },
      { topic: 'failures', status: 'failed', attempts: { length: 1 } },
    ]);
  });
});

describe('what was told long ago', () => {
  const age = async (days: number, where: string) => {
    const { pool } = stage.database;
    const back = `interval '${days} days'`;
    await pool.query(`update notification_delivery d set created_at = created_at - ${back},
        next_attempt_at = next_attempt_at - ${back}, delivered_at = delivered_at - ${back}
      from notification_event e where e.id = d.event_id and ${where}`);
    await pool.query(`update notification_event e set at = at - ${back} where ${where}`);
  };
  const events = async (where: string): Promise<string[]> =>
    (
      await stage.database.pool.query(`select topic from notification_event e where ${where} order by at, topic`)
    ).rows.map(({ topic }) => topic);

  it('goes when it was sent or given up, in batches, and is told no second time for that', async () => {
    const { channel } = await webhook(['batch-done', 'failures']);
    const { projectId, ids } = await batchOf(3);
    const mine = `e.project_id = ${projectId}`;
    for (const id of ids) {
      await start(id);
      await endPass(stage, id, id === ids[0] ? 'failed' : 'completed');
    }
    await tell();
    expect((await deliveries(channel.id)).map(({ topic }) => topic).toSorted()).toEqual(['batch-done', 'failures']);

    await age(89, mine);
    await forgetOldNotifications(stage.context);
    expect((await deliveries(channel.id)).length).toBe(2);

    // One is still waiting for its receiver: it stays, whatever its age.
    await age(2, mine);
    await stage.database.pool.query(
      `update notification_delivery d set status = 'waiting', next_attempt_at = now() + interval '1 hour'
         from notification_event e where e.id = d.event_id and e.topic = 'failures' and ${mine}`,
    );
    await forgetOldNotifications(stage.context);
    expect((await deliveries(channel.id)).map(({ topic }) => topic)).toEqual(['failures']);
    await stage.database.pool.query(
      `update notification_delivery d set status = 'failed', next_attempt_at = now() - interval '91 days'
         from notification_event e where e.id = d.event_id and ${mine}`,
    );
    await forgetOldNotifications(stage.context);
    expect(await deliveries(channel.id)).toEqual([]);
    // By the last end of a batch it is known what came since.
    expect(await events(mine)).toEqual(['batch-done']);
    await stage.database.pool.query(`update pass set ended_at = now() - interval '90 days' where entry_id = any($1)`, [
      ids,
    ]);
    await start(ids[1] as number);
    await endPass(stage, ids[1] as number);
    await tell();
    expect(await deliveries(channel.id)).toEqual([]);
  });

  it('goes however much it is', async () => {
    const { channel } = await webhook(['throttled']);
    await stage.database.pool.query(
      `with made as (
         insert into notification_event (organization_id, topic, key, title, text, data, at)
         select $1, 'failures', 'old ' || n, '', '', '{}', now() - interval '1 year' from generate_series(1, 1100) n
         returning id),
       sent as (
         insert into notification_delivery (event_id, channel_id, status, attempts, created_at, next_attempt_at)
         select id, $2, 'failed', 1, now() - interval '1 year', now() - interval '1 year' from made returning id)
       insert into notification_attempt (delivery_id, number, ok, words) select id, 1, false, '' from sent`,
      [stage.owner.organizationId, channel.id],
    );
    expect(await forgetOldNotifications(stage.context)).toEqual({ deliveries: 1100, events: 1100 });
    expect(await deliveries(channel.id)).toEqual([]);
  });
});

describe('channels', () => {
  it('show their secret once, and nobody who may not change them the path of a URL', async () => {
    const { context, owner, database } = stage;
    const { channel, secret = '' } = await webhook();
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(channel.url).toBe('https://receiver.example/hooks/T0/secret-path');
    const viewer = { ...owner, role: 'viewer', scopes: ['read'] } as const;
    const seen = JSON.stringify(await listChannels(context, viewer));
    expect(seen).toContain('https://receiver.example/…');
    expect(seen).not.toContain('secret-path');
    expect(await codeOf(testChannel(context, viewer, { channelId: channel.id }))).toBe('not-allowed');
    const renewed = await renewChannelSecret(context, owner, { channelId: channel.id });
    expect(renewed.secret).not.toBe(secret);
    await mail(['failures']);
    const stored = await database.pool.query(
      `select row_to_json(c)::text as text, encode(sealed_secret, 'escape') as sealed from notification_channel c`,
    );
    const everything = JSON.stringify([
      stored.rows,
      await listChannels(context, owner),
      await listAudit(context, owner, {}),
    ]);
    for (const hidden of [secret, renewed.secret, 'geheim']) expect(everything).not.toContain(hidden);
    expect(JSON.stringify(await listAudit(context, owner, {}))).not.toContain('secret-path');
  });

  it('tell what is wrong at the field', async () => {
    const { context, owner } = stage;
    const refusal = async (input: object) => {
      const base = { name: unique('c'), topics: ['failures'] as const };
      try {
        await createChannel(context, owner, { ...base, ...input } as never);
      } catch (error) {
        return [(error as { code: string }).code, (error as { field: string }).field];
      }
      return [];
    };
    const hook = { kind: 'webhook', url: 'https://x.example/' };
    const post = { kind: 'email', host: 'mx.example', security: 'tls', from: 'a@x.example', to: ['b@x.example'] };
    expect(await refusal(hook)).toEqual([]);
    expect(await refusal(post)).toEqual([]);
    for (const url of ['ftp://x.example', 'x.example', 'https://me:pw@x.example/'])
      expect(await refusal({ ...hook, url })).toEqual(['channel-url-invalid', 'url']);
    expect(await refusal({ ...hook, topics: [] })).toEqual(['channel-topics-empty', 'topics']);
    expect(await refusal({ ...hook, host: 'mx.example' })).toEqual(['channel-kind-fixed', 'host']);
    expect(await refusal({ ...hook, name: ' ' })).toEqual(['name-invalid', 'name']);
    expect(await refusal({ ...post, host: 'smtp://mx.example' })).toEqual(['channel-host-invalid', 'host']);
    expect(await refusal({ ...post, from: 'nobody' })).toEqual(['channel-address-invalid', 'from']);
    expect(await refusal({ ...post, to: ['b@x.example', 'c@x.example\r\nBcc: d@x.example'] })).toEqual([
      'channel-address-invalid',
      'to',
    ]);
    expect(await refusal({ ...post, to: [] })).toEqual(['channel-address-invalid', 'to']);
    expect(await refusal({ ...post, ca: 'not PEM' })).toEqual(['channel-ca-invalid', 'ca']);
    const { channel } = await webhook();
    expect(await refusal({ ...hook, name: channel.name })).toEqual(['name-taken', 'name']);
  });
});
