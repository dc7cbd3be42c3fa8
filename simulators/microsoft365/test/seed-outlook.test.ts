import { expect, test } from 'vitest';
import { startMicrosoft365, VirtualClock } from '../src/index.ts';
import { Contract } from './contract/index.ts';
import { all } from './mailbox.ts';
import { signIn } from './sign-in.ts';

/** Everything that a seed puts into one person's calendars, contacts and lists, as Graph tells it. */
async function told(seed: string, person: string) {
  const contract = new Contract();
  const server = await startMicrosoft365({ seed, clock: new VirtualClock(), observe: contract.observe });
  try {
    const call = await signIn(server, server.tenant('contoso.example'));
    const user = `/users/${person}@contoso.example`;
    const window = 'startDateTime=2026-07-01T00:00:00Z&endDateTime=2026-12-31T00:00:00Z';
    const within = async (path: string, parts: string) => {
      const outer = await all(call, path);
      const inner = [];
      for (const { id } of outer) inner.push(...(await all(call, `${path}/${id}/${parts}`)));
      return [...outer, ...inner];
    };
    const listed = [
      ...(await within(`${user}/calendars`, 'events')),
      ...(await all(call, `${user}/calendarView?${window}`)),
      ...(await all(call, `${user}/contacts`)),
      ...(await within(`${user}/contactFolders`, 'contacts')),
      ...(await within(`${user}/todo/lists`, 'tasks')),
    ];
    expect(contract.faults).toEqual([]);
    expect(server.failures).toEqual([]);
    expect(server.invitations).toEqual([]);
    return listed;
  } finally {
    await server.stop();
  }
}

test('a seed gives the same calendars, contacts and tasks each time, another seed others', async () => {
  const [one, same, other] = [await told('a', 'bjorn'), await told('a', 'bjorn'), await told('b', 'bjorn')];
  expect(one.length).toBeGreaterThan(60);
  expect(same).toEqual(one);
  expect(other).not.toEqual(one);
});

test('what is awkward about calendars is there: exceptions, all days, zones, other organizers, a shared calendar', async () => {
  const listed = await told('a', 'bjorn');
  const types = new Set(listed.map(({ type }) => type));
  expect([...types]).toEqual(expect.arrayContaining(['singleInstance', 'seriesMaster', 'occurrence', 'exception']));
  expect(listed.some(({ isAllDay }) => isAllDay)).toBe(true);
  expect(listed.some(({ isOrganizer }) => isOrganizer === false)).toBe(true);
  expect(listed.some(({ originalEndTimeZone }) => originalEndTimeZone === 'Tokyo Standard Time')).toBe(true);
  expect(listed.filter(({ owner }) => owner?.address === 'alice@contoso.example')).toMatchObject([{ canEdit: false }]);
});
