import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { DirectGmail, type Google, startGoogle, VirtualClock } from '../src/index.ts';

const withServer = async <T>(
  options: Parameters<typeof startGoogle>[0],
  use: (server: Google) => T | Promise<T>,
): Promise<T> => {
  const server = await startGoogle({ clock: new VirtualClock(), ...options });
  try {
    return await use(server);
  } finally {
    await server.stop();
  }
};

/** A mailbox's messages, their bytes as a digest. */
const mailOf = (server: Google, address: string) =>
  new DirectGmail(server, address).messages().map(({ mime, attachments, ...message }) => ({
    ...message,
    mime: createHash('sha256').update(mime).digest('hex'),
    attachments: attachments.map(({ name }) => name),
  }));

test('one seed, one domain: the same mail under the same ids, whoever is asked for first', async () => {
  const [one, other] = await Promise.all(
    [
      ['alice', 'bjorn'],
      ['bjorn', 'alice'],
    ].map((order) =>
      withServer({}, (server) => new Map(order.map((name) => [name, mailOf(server, `${name}@nordwind.example`)]))),
    ),
  );
  expect(one?.get('alice')).toEqual(other?.get('alice'));
  expect(one?.get('bjorn')).toEqual(other?.get('bjorn'));
  expect(one?.get('alice')).not.toEqual(one?.get('bjorn'));
});

test('a mailbox holds what breaks naive programs', async () => {
  await withServer({}, (server) => {
    const box = new DirectGmail(server, 'alice@nordwind.example');
    const mail = box.messages();
    expect(mail.some(({ labels }) => labels.length > 3)).toBe(true);
    for (const label of ['SPAM', 'TRASH', 'SENT', 'DRAFT', 'STARRED', 'UNREAD', 'Projects/Alpha & Beta/2024']) {
      expect(
        mail.filter(({ labels }) => labels.includes(label)),
        label,
      ).not.toHaveLength(0);
    }
    expect(mail.filter(({ labels }) => labels.length === 0)).not.toHaveLength(0);
    expect(mail.filter(({ isDraft }) => isDraft)).toHaveLength(1);
    expect(mail.some(({ mime }) => mime.length > 5_000_000)).toBe(true);
    expect(mail.some(({ mime }) => !/^message-id:/im.test(mime.toString('latin1')))).toBe(true);
    expect(new Set(mail.map(({ threadId }) => threadId)).size).toBeLessThan(mail.length);
    expect(box.labels()).toContain('Orphan/without a parent');
    expect(box.mailbox.settings.filters.size).toBe(6);
  });
});

test('a bigger domain has more people, and the named ones more mail', async () => {
  await withServer({ size: 'medium' }, (server) => {
    const domain = server.domain('lamna.example');
    expect(domain.users.size).toBe(51);
    expect(mailOf(server, 'jamal@lamna.example').length).toBeGreaterThan(
      mailOf(server, 'person40@lamna.example').length,
    );
  });
});
