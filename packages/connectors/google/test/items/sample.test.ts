import { pivotOf } from '@sterna/content';
import type { ContentKind } from '@sterna/core';
import { type Google, startGoogle } from '@sterna/simulator-google';
import { Contract } from '@sterna/simulator-google/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSession } from '../../src/session.ts';
import { simulated } from './direct-google.ts';

const contract = new Contract();
let server: Google;
beforeAll(async () => {
  server = await startGoogle({ empty: ['lamna.example'], observe: contract.observe });
});
afterAll(() => server.stop());

const open = (address: string, role: 'read' | 'write', kind: ContentKind) =>
  openSession({
    ...simulated(server, address, { contactsDelaySeconds: 0 }),
    role,
    kinds: [kind],
    installation: '0011aabb',
    signal: new AbortController().signal,
  });

test.each([
  ['event', 25],
  ['contact', 20],
  ['task', 15],
] as const)('%s: what a user of Google has is the same with another one', async (kind, least) => {
  const source = await open('alice@nordwind.example', 'read', kind);
  const target = await open('alice@lamna.example', 'write', kind);
  const writer = target.writer as NonNullable<typeof target.writer>;
  const pivot = pivotOf(kind);
  let count = 0;
  for (const box of await source.reader.containers()) {
    if (box.sharedBy !== undefined) continue;
    const { container } = await writer.ensureContainer(box.path, { kind });
    const ids: string[] = [];
    for await (const { changes } of source.reader.changes(box.id, undefined, {}))
      ids.push(...changes.map(({ id }) => id));
    for await (const one of source.reader.read(box.id, ids)) {
      if (!('body' in one) || !Buffer.isBuffer(one.body)) throw new Error(`${one.id} could not be read`);
      const { body } = one;
      const create = { verb: 'create', op: one.id, container: container.id, flags: [], date: undefined } as const;
      const [made] = await writer.apply([{ ...create, size: body.length, body }]);
      expect(made, String(body)).toMatchObject({ outcome: 'done' });
      for await (const copy of target.reader.read(container.id, [(made as { targetId: string }).targetId]))
        if ('body' in copy && Buffer.isBuffer(copy.body)) expect(pivot.differences?.(body, copy.body)).toEqual([]);
      count += 1;
    }
  }
  expect(count).toBeGreaterThanOrEqual(least);
  expect(server.calendarMails).toEqual([]);
  expect(server.failures).toEqual([]);
  expect(contract.faults).toEqual([]);
});
