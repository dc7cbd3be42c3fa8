import type { Change, ChangePage, Session } from '@sterna/connector-kit';
import { afterEach, describe, expect, test } from 'vitest';
import { openSession } from '../../src/session.ts';
import { watchedGoogle } from '../watched-google.ts';
import { simulated } from './direct-google.ts';

const ADDRESS = 'alice@nordwind.example';

let session: Session;
afterEach(() => session.destroy());

async function list(container: string, cursor: string | undefined) {
  const changes: Change[] = [];
  let last: ChangePage | undefined;
  for await (const page of session.reader.changes(container, cursor, {})) {
    changes.push(...page.changes);
    last = page;
  }
  return { mode: last?.mode, cursor: last?.next?.cursor, ids: changes.map(({ id }) => id).sort() };
}

describe.each(['event', 'contact'] as const)('%ss whose sync token is no longer honoured', (kind) => {
  test('are listed whole, and by changes after that', async () => {
    const server = await watchedGoogle({ empty: false });
    session = await openSession({
      ...simulated(server, ADDRESS),
      kinds: [kind],
      role: 'read',
      installation: '0badcafe',
      signal: new AbortController().signal,
    });
    const [container] = [...(await session.reader.containers())].sort((a, b) => (b.total ?? 0) - (a.total ?? 0));
    const first = await list(container?.id ?? '', undefined);
    expect(first.mode).toBe('full');
    expect(first.ids.length).toBeGreaterThan(3);
    expect(await list(container?.id ?? '', first.cursor)).toMatchObject({ mode: 'delta', ids: [] });

    server.faults.syncTokensInvalidBefore = Date.now() + 60_000;
    const again = await list(container?.id ?? '', first.cursor);
    expect(again).toMatchObject({ mode: 'full', ids: first.ids });
    expect(server.requests.some(({ target, status }) => target.includes('syncToken=') && status >= 400)).toBe(true);

    server.faults.syncTokensInvalidBefore = Number.NEGATIVE_INFINITY;
    expect(await list(container?.id ?? '', again.cursor)).toMatchObject({ mode: 'delta', ids: [] });
  });
});
