import type { Connector } from '@sterna/connector-kit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  bulk,
  type Context,
  createEntries,
  getBalances,
  getEntry,
  grantLicenses,
  listAudit,
  startPreprocess,
} from '../src/index.ts';
import { codeOf, endPass, makeProject, openStage, type Stage, unique } from './fixture.ts';

/** That its groups can be read, or made. */
type Face = Pick<Connector, 'blueprint' | 'provision'>;
const READS: Face = { blueprint: async () => Promise.reject(new Error('not asked')) };
const MAKES: Face = { provision: async function* () {} };

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

/** The stage's connectors, which have teams too. */
const withTeams = (face: Face): Context => ({
  ...stage.context,
  connectors: new Map(
    [...stage.context.connectors].map(([name, one]) => [name, { ...one, itemTypes: ['mailbox', 'team'], ...face }]),
  ),
});

async function entriesOf(context: Context, ...itemTypes: readonly ('mailbox' | 'team')[]) {
  const { project } = await makeProject({ ...stage, context });
  const entries = await createEntries(context, stage.owner, {
    projectId: project.id,
    entries: itemTypes.map((itemType) => ({
      itemType,
      sourceAddress: `${unique('team')}@old.example`,
      targetAddress: `${unique('team')}@new.example`,
    })),
  });
  return { projectId: project.id, ids: entries.map(({ id }) => id) };
}

it('queues a pass beside the others: no license, no status, a line in the audit trail', async () => {
  const context = withTeams({ ...READS, ...MAKES });
  await grantLicenses(context, stage.owner, { type: 'team', quantity: 1, tier: 'standard' });
  const { ids } = await entriesOf(context, 'team');
  const entryId = ids[0] as number;
  const before = await getBalances(context, stage.owner);
  expect(await startPreprocess(context, stage.owner, { entryId })).toMatchObject({
    kind: 'preprocess',
    status: 'queued',
  });
  expect(await codeOf(startPreprocess(context, stage.owner, { entryId }))).toBe('entry-running');
  await endPass(stage, entryId, 'completed with failures');
  expect(await startPreprocess(context, stage.owner, { entryId })).toMatchObject({ number: 2 });
  expect(await getEntry(context, stage.owner, { entryId })).toMatchObject({ status: 'not started', licenses: [] });
  expect(await getBalances(context, stage.owner)).toEqual(before);
  const { items } = await listAudit(context, stage.owner, { subject: `entry/${entryId}` });
  expect(items.filter(({ action }) => action === 'entry.preprocess')).toHaveLength(2);
});

it.each([
  ['team', READS, 'In the target, imap, Sterna can’t make a team.'],
  ['team', MAKES, 'The source, imap, can’t say what its teams are made of.'],
  ['mailbox', { ...READS, ...MAKES }, 'A mailbox needs no preprocess: it belongs to a user, who has to be there.'],
] as const)('a %s is refused where nothing can be made', async (itemType, face, message) => {
  const context = withTeams(face);
  const { ids } = await entriesOf(context, itemType);
  await expect(startPreprocess(context, stage.owner, { entryId: ids[0] as number })).rejects.toMatchObject({
    code: 'nothing-to-preprocess',
    message,
    fix: expect.any(String),
  });
});

it('takes a right to operate', async () => {
  const context = withTeams({ ...READS, ...MAKES });
  const { ids } = await entriesOf(context, 'team');
  const viewer = { ...stage.owner, role: 'viewer' as const, scopes: ['read' as const] };
  expect(await codeOf(startPreprocess(context, viewer, { entryId: ids[0] as number }))).not.toBe('not refused');
});

it('many at once: each for itself', async () => {
  const context = withTeams({ ...READS, ...MAKES });
  const { ids } = await entriesOf(context, 'team', 'mailbox', 'team');
  const result = await bulk(context, stage.owner, { entryIds: ids, act: { action: 'preprocess' } });
  expect([...result.done].sort()).toEqual([ids[0], ids[2]]);
  expect(result.refused.map(({ entryId, code }) => [entryId, code])).toEqual([[ids[1], 'nothing-to-preprocess']]);
});
