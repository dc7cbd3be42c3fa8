import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  createEntries,
  getBalances,
  grantLicenses,
  listAudit,
  type PassView,
  startPass,
  startVerify,
  undoPass,
} from '../src/index.ts';
import { codeOf, endPass, makeProject, openStage, type Stage, unique } from './fixture.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

async function started(): Promise<{ entryId: number; targetAddress: string; first: PassView }> {
  const { project } = await makeProject(stage);
  await grantLicenses(stage.context, stage.owner, { type: 'mail', quantity: 1, tier: 'standard' });
  const targetAddress = `${unique('user')}@new.example`;
  const [entry] = await createEntries(stage.context, stage.owner, {
    projectId: project.id,
    entries: [{ itemType: 'mailbox', sourceAddress: `${unique('user')}@old.example`, targetAddress }],
  });
  const entryId = entry?.id ?? 0;
  const { pass: first } = await startPass(stage.context, stage.owner, { entryId });
  await endPass(stage, entryId, 'completed');
  return { entryId, targetAddress, first };
}

/** What the engine writes down when it has undone a pass. */
const undone = (entryId: number, number: number, by: number) =>
  stage.database.pool.query('update pass set undone_by = $3 where entry_id = $1 and number = $2', [
    entryId,
    number,
    by,
  ]);

it('is planned first and confirmed with the target address; no license comes back', async () => {
  const { context, owner } = stage;
  const { entryId, targetAddress, first } = await started();
  const before = await getBalances(context, owner);
  const undo = (address?: string) =>
    undoPass(context, owner, { passId: first.id, ...(address === undefined ? {} : { targetAddress: address }) });
  expect(await codeOf(undo(targetAddress))).toBe('undo-not-planned');
  expect(await undo()).toMatchObject({ kind: 'undo', number: 2, undo: { pass: 1, mode: 'plan' } });
  expect(await codeOf(undo())).toBe('entry-running');
  await endPass(stage, entryId, 'failed');
  expect(await codeOf(undo(targetAddress))).toBe('undo-not-planned');
  await undo();
  await endPass(stage, entryId, 'completed');
  expect(await codeOf(undo('another@new.example'))).toBe('confirmation-differs');
  expect(await undo(` ${targetAddress.toUpperCase()} `)).toMatchObject({ undo: { pass: 1, mode: 'remove' } });
  await endPass(stage, entryId, 'completed');
  await undone(entryId, 1, 4);
  expect(await codeOf(undo())).toBe('nothing-to-undo');
  expect(await getBalances(context, owner)).toEqual(before);
  const { items } = await listAudit(context, owner, { subject: `entry/${entryId}` });
  expect(items.map(({ action }) => action)).toEqual(expect.arrayContaining(['entry.undo-plan', 'entry.undo']));
});

it('the last pass that wrote comes first; passes that write nothing are none of them', async () => {
  const { context, owner } = stage;
  const { entryId, first } = await started();
  const { pass: second } = await startPass(context, owner, { entryId });
  await endPass(stage, entryId, 'completed');
  const verify = await startVerify(context, owner, { entryId });
  await endPass(stage, entryId, 'completed');
  expect(await codeOf(undoPass(context, owner, { passId: verify.id }))).toBe('nothing-to-undo');
  expect(await codeOf(undoPass(context, owner, { passId: first.id }))).toBe('undo-not-last');
  expect(await undoPass(context, owner, { passId: second.id })).toMatchObject({ undo: { pass: 2, mode: 'plan' } });
  await endPass(stage, entryId, 'completed');
  await undone(entryId, 2, 4);
  expect(await undoPass(context, owner, { passId: first.id })).toMatchObject({ undo: { pass: 1, mode: 'plan' } });
});

it('takes who may operate', async () => {
  const { first } = await started();
  const reader = { ...stage.owner, scopes: ['read'] as const };
  expect(await codeOf(undoPass(stage.context, reader, { passId: first.id }))).toBe('not-allowed');
});
