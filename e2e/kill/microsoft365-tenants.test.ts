import { connectors } from '@sterna/connectors';
import { Random } from '@sterna/sample-mailbox';
import { DirectMail, type Microsoft365 } from '@sterna/simulator-microsoft365';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addEntry, notes, pass, queuePass } from '../support/direct-pass.ts';
import { microsoft365Endpoint } from '../support/microsoft365.ts';
import { calendarsOf, eventsOf, messagesOf, startTenants } from '../support/microsoft365-tenants.ts';
import { until } from '../support/until.ts';
import { BareStage, LONG } from './bare-stage.ts';
import { finishPass, type Kill, killLiving, passWithKills, startPass, whileAlive } from './harness.ts';
import { atRandom, times } from './scenarios/points.ts';

const KINDS = { kinds: { message: true, event: true, contact: false, task: false, setting: false, file: false } };
const kill = new BareStage([...connectors.values()]);
let tenants: Microsoft365;
beforeAll(async () => {
  [tenants] = await Promise.all([startTenants(), kill.open()]);
  kill.later(() => tenants.stop());
}, 60_000);
afterAll(async () => {
  console.log('kills:', JSON.stringify(kill.report));
  await kill.close();
});

/** Whole, once, and without a trace of the folder that imports go through; nobody was mailed. */
async function expectWhole(from: string, to: string, entry: number): Promise<void> {
  await kill.expectSettled(entry);
  expect(eventsOf(tenants, to)).toEqual(eventsOf(tenants, from));
  expect(await messagesOf(tenants, to)).toEqual(await messagesOf(tenants, from));
  expect(new DirectMail(tenants, to).folders().flat().join()).not.toContain('Sterna');
  expect(tenants.invitations).toEqual([]);
  expect(tenants.failures).toEqual([]);
}

async function scenario(name: string, kills: Iterable<Kill>): Promise<void> {
  const [from, to] = [`${name}@contoso.example`, `${name}@fabrikam.example`];
  const entry = await addEntry(kill.bench, microsoft365Endpoint(tenants, from), microsoft365Endpoint(tenants, to));
  const mail = new DirectMail(tenants, from);
  if (!LONG) for (const { id } of (await mail.messages()).slice(20)) mail.remove(id);
  const outcome = await passWithKills(kill.stage, entry, 'initial', kills, KINDS);
  expect(outcome.error).toBeNull();
  expect(outcome.status).toBe('completed');
  expect(outcome.books.balanced).toBe(true);
  await expectWhole(from, to, entry);
  const calendar = calendarsOf(tenants, from);
  for (const event of [...calendar.events.values()].slice(0, 6))
    calendar.changeEvent(event, () => {
      event.fields = { ...event.fields, subject: `${event.fields.subject} (changed)` };
    });
  await mail.put(['INBOX'], Buffer.from('Subject: new\r\n\r\nnew\r\n'), Date.UTC(2026, 1, 1));
  const delta = await passWithKills(
    kill.stage,
    entry,
    'delta',
    [
      { at: 'after-acknowledgement', nth: 1 },
      { at: 'after-acknowledgement', nth: 2 },
    ],
    KINDS,
  );
  expect(delta.status).toBe('completed');
  expect(delta.books.balanced).toBe(true);
  await expectWhole(from, to, entry);
}

describe('exactly once from one tenant of Exchange to another', () => {
  test('acknowledged and not settled, killed while that is settled, and at random moments', async () => {
    await scenario('alice', [
      { at: 'after-intent-commit', nth: 2 },
      { at: 'after-acknowledgement', nth: 1 },
      { at: 'after-acknowledgement', nth: 3 },
      { at: 'during-recovery', nth: 1 },
      { at: 'after-settle-commit', nth: 2 },
      ...atRandom(4, new Random(366)),
    ]);
  }, 600_000);

  test.skipIf(!LONG)(
    'random moments',
    async () => {
      await scenario('bjorn', atRandom(40, new Random(367)));
    },
    600_000,
  );

  test.skipIf(!LONG)(
    'many points',
    async () => {
      const points = ['before-intent-commit', 'after-intent-commit', 'after-acknowledgement', 'before-close'] as const;
      const names = ['chloe', 'daiki', 'elena', 'farid'];
      for (const [n, at] of points.entries())
        await scenario(
          names[n] as string,
          times(at === 'before-close' ? 2 : 8, (i) => ({ at, nth: 1 + (i % 3) })),
        );
    },
    600_000,
  );

  test.skipIf(!LONG)(
    'an event that lands after it was sent again is removed, or reported where that would mail',
    async () => {
      const [from, to] = ['grace@contoso.example', 'grace@fabrikam.example'];
      const entry = await addEntry(kill.bench, microsoft365Endpoint(tenants, from), microsoft365Endpoint(tenants, to));
      const events = { kinds: { ...KINDS.kinds, message: false } };
      const id = await queuePass(kill.bench, entry, 'initial', events);
      const isImport = ({ target }: { target: string }): boolean => target.includes('/open/exchange-import/');
      const fault = tenants.faults.inject({ fault: { kind: 'delay', ms: 8_000 }, when: isImport, after: 5 });
      const child = startPass(kill.stage, id);
      await whileAlive(
        child,
        until('an import is on its way', () => fault.struck === 1),
        'its import',
      );
      await killLiving(kill.stage, child, 'an import under way');
      await finishPass(kill.stage, id);
      const whole = eventsOf(tenants, to).length;
      expect(whole).toBe(eventsOf(tenants, from).length);
      await until('the import has landed', () => eventsOf(tenants, to).length > whole);
      expect((await pass(kill.bench, entry, 'delta', events)).status).toBe('completed');
      const told = (await notes(kill.bench, entry)).filter(({ kind }) => kind === 'suspect').map(({ code }) => code);
      expect(['late-copy-removed', 'late-copy-left']).toContain(told[0]);
      expect(eventsOf(tenants, to)).toHaveLength(told[0] === 'late-copy-removed' ? whole : whole + 1);
      expect(tenants.invitations).toEqual([]);
    },
    600_000,
  );

  test('at least 10 kills hit a living process', () => {
    expect(kill.report.hits).toBeGreaterThanOrEqual(10);
  });
});
