import { DirectChat, type Google, startGoogle } from '@sterna/simulator-google';
import { Contract } from '@sterna/simulator-google/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { googleConnector } from '../../src/index.ts';
import { simulated } from '../items/direct-google.ts';

const ADMIN = 'alice@nordwind.example';
const signal = new AbortController().signal;
const contract = new Contract();
let google: Google;

beforeAll(async () => {
  google = await startGoogle({ empty: true, observe: contract.observe });
  const harbour = DirectChat.create(google, ADMIN, 'Harbour');
  harbour.join('bjorn@nordwind.example');
  const plans = DirectChat.create(google, ADMIN, 'Harbour: Plans');
  plans.join('bjorn@nordwind.example');
  DirectChat.create(google, ADMIN, 'Harbour: Crew');
});
afterAll(async () => {
  expect([google.failures, contract.faults]).toEqual([[], []]);
  await google.stop();
});

const system = (more: Record<string, unknown> = { admin: ADMIN }) => simulated(google, ADMIN, more).system;

test('spaces are discovered by their ids', async () => {
  const found = [];
  for await (const one of googleConnector.discover(system(), 'team')) found.push(one);
  expect(found.map(({ displayName }) => displayName)).toEqual(['Harbour', 'Harbour: Plans', 'Harbour: Crew']);
  expect(found[0]).toMatchObject({ itemType: 'team', address: expect.stringMatching(/^spaces\/\w/) });
});

describe('check', () => {
  const lines = async (address: string, more?: Record<string, unknown>) =>
    (await googleConnector.check(system(more), address)).map(({ name, ok, evidence }) => `${ok} ${name}: ${evidence}`);

  test('tells the spaces of a name, and who reads them', async () => {
    expect(await lines('harbour')).toContain(
      'true space Harbour: 2 members; what is said there is read as one of them',
    );
    expect(await lines('harbour')).toContain('true spaces: scopes: read and write');
  });

  test('a name that nobody has is for a target; an id that nobody has, or no administrator, is wrong', async () => {
    expect((await lines('Nowhere')).at(-1)).toBe('true spaces: None is called Nowhere: good for a target');
    expect((await lines('spaces/AAAAnothing')).at(-1)).toMatch(/^false spaces: The organization has no space/);
    expect((await lines('Harbour', {})).at(-1)).toMatch(/^false spaces: Nobody is named/);
  });
});

test('preprocess makes a team of them, and says what a target lacks', async () => {
  const place = { system: system(), address: 'Harbour', itemType: 'team' as const, signal };
  const blueprint = await googleConnector.blueprint?.(place);
  expect(blueprint).toMatchObject({
    itemType: 'team',
    name: 'Harbour',
    members: [{ role: 'owner' }, { role: 'member' }],
  });
  expect(blueprint?.channels.map(({ name, kind, members }) => [name, kind, members.length])).toEqual(
    [
      ['Harbour', 'standard', 0],
      ['Harbour: Plans', 'standard', 0],
      ['Harbour: Crew', 'private', 1],
    ].map(([name, ...rest]) => [String(name).replace('Harbour: ', ''), ...rest]),
  );
  if (blueprint === undefined) throw new Error('no blueprint');
  const told = [];
  const members = [...blueprint.members, { address: 'nobody@nordwind.example', role: 'member' as const }];
  for await (const line of googleConnector.provision?.(place, { ...blueprint, members }) ?? []) told.push(line);
  expect(told.map(({ what, outcome }) => `${outcome} ${what}`)).toEqual([
    'missing a new space Harbour',
    'missing a new space Harbour: Plans',
    'missing a new space Harbour: Crew',
    `found member ${ADMIN}`,
    'found member bjorn@nordwind.example',
    'missing member nobody@nordwind.example',
  ]);
});
