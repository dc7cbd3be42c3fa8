import type { Microsoft365 } from '@sterna/simulator-microsoft365';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { connect } from '../../src/connect.ts';
import { microsoft365Connector } from '../../src/index.ts';
import { startSimulator } from '../simulator.ts';
import { simulated } from './suite-endpoint.ts';

const ADDRESS = 'alice@contoso.example';
/** Header block, GUID, and of an answer what is added for it: learn.microsoft.com/openspecs PidTagConversationIndex. */
const thread = (byte: number, answers = 0): string =>
  Buffer.concat([Buffer.from([1, 0xd9, 1, 2, 3, 4]), Buffer.alloc(16, byte), Buffer.alloc(answers * 5, 7)]).toString(
    'base64',
  );

let server: Microsoft365;
beforeEach(async () => {
  server = await startSimulator({ empty: true, assumptions: { importMime: true } });
});
afterEach(async () => {
  const { failures } = server;
  await server.stop();
  expect(failures).toEqual([]);
});

test.each(['json', 'importMime'])('by %s, an answer is in the conversation of what it answers', async (mailRoute) => {
  const end = simulated(server, ADDRESS, { mailRoute });
  const { signal } = new AbortController();
  const session = await microsoft365Connector.open({
    ...end,
    kinds: ['message'],
    role: 'write',
    installation: '0badcafe',
    signal,
  });
  const { writer } = session;
  if (writer === undefined) throw new Error('no writer');
  const { container } = await writer.ensureContainer(['INBOX'], {});
  const results = await writer.apply(
    [
      ['Plan', thread(1)],
      // The subject doesn't say it, the index does.
      ['Something else', thread(1, 1)],
      ['Plan', thread(2)],
    ].map(([subject, index], n) => {
      const body = Buffer.from(
        `From: a@example.org\r\nMessage-ID: <${n}@example.org>\r\nSubject: ${subject}\r\nThread-Index: ${index}\r\n\r\n${n}\r\n`,
      );
      return {
        verb: 'create' as const,
        op: `${n}`,
        container: container.id,
        flags: [],
        date: undefined,
        size: body.length,
        body,
      };
    }),
  );
  expect(results.map(({ outcome }) => outcome)).toEqual(['done', 'done', 'done']);
  await session.close();

  const { client, outlook } = connect({ ...end, signal });
  const found = await client.all<{ internetMessageId: string; conversationId: string }>({
    method: 'GET',
    path: `/users/${ADDRESS}/messages`,
    query: { $select: 'internetMessageId,conversationId' },
    doing: 'listing the messages',
    budget: outlook,
  });
  client.destroy();
  const [root, answer, stranger] = [0, 1, 2].map(
    (n) => found.find((one) => one.internetMessageId === `<${n}@example.org>`)?.conversationId,
  );
  expect(root).toBeTruthy();
  expect(answer).toBe(root);
  expect(stranger).not.toBe(root);
});
