import { expect, test } from 'vitest';
import { type Options, startMicrosoft365, VirtualClock } from '../src/index.ts';
import { signIn } from './sign-in.ts';

const NAMES = ['$select=subject,internetMessageId,receivedDateTime,isDraft,isRead,parentFolderId,hasAttachments,body'];

/** All that a mailbox's messages are, after whatever else was read before. */
async function mailOf(user: string, options: Options, before: readonly string[] = []) {
  const server = await startMicrosoft365({ clock: new VirtualClock(), ...options });
  try {
    const client = await signIn(server, server.tenant('contoso.example'));
    for (const other of before) await client('GET', `/users/${other}@contoso.example/mailFolders`);
    const path = `/users/${user}@contoso.example/messages?$top=1000&$orderby=receivedDateTime,subject&${NAMES}`;
    const { status, json } = await client('GET', path);
    expect(status).toBe(200);
    return json.value as Record<string, unknown>[];
  } finally {
    await server.stop();
  }
}

test('one seed, one tenant: the same mail under the same ids, whoever is asked for first', async () => {
  const first = await mailOf('alice', { seed: 'a' });
  expect(await mailOf('alice', { seed: 'a' }, ['jamal', 'bjorn'])).toEqual(first);
  expect(await mailOf('alice', { seed: 'b' })).not.toEqual(first);
});

test('every mailbox holds what breaks naive programs', async () => {
  const mail = await mailOf('elena', {});
  const subjects = mail.map(({ subject }) => subject as string);
  expect(subjects.filter((subject) => subject === 'Twin')).toHaveLength(3);
  expect(mail.filter(({ isDraft }) => isDraft)).toHaveLength(1);
  expect(mail.find(({ subject }) => subject === 'No Message-ID')).not.toHaveProperty('internetMessageId');
  expect(new Set(mail.map(({ isRead }) => isRead)).size).toBe(2);
  expect(subjects.some((subject) => /[^\u0020-\u024f]/.test(subject))).toBe(true);
});

test('a bigger tenant has more people, and mail for whoever is asked for', async () => {
  const mail = await mailOf('person40', { size: 'medium' });
  expect(mail.length).toBeGreaterThan(250);
});
