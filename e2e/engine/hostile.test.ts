import { writeSampleMailbox } from '@sterna/sample-mailbox';
import { type Dovecot, startDovecot, startScriptedImap } from '@sterna/test-servers';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { addEntry, pass, passUntilPause, verifyResult } from '../support/direct-pass.ts';
import { differences, imapEndpoint, maildirTruth } from '../support/dovecot-mailbox.ts';
import { type EngineStage, openEngineStage } from '../support/stage.ts';

/**
 * A mailbox whose messages, dates, keywords and folder names are IMAP commands. Had one of them run, the folders and
 * messages that were in the target before (the canaries) would not be as they were.
 */
let stage: EngineStage;
beforeAll(async () => {
  stage = await openEngineStage('hostile');
});
afterAll(() => stage.close());

/** What the commands in the mail would destroy: whole folders, flags of everything, INBOX itself. */
const CANARIES = ['Canary', 'Important', 'Archive/Canary'];
const COMMANDS = [
  'A1 DELETE Canary',
  'A2 DELETE INBOX',
  'A3 SELECT Canary',
  'A4 UID STORE 1:* +FLAGS.SILENT (\\Deleted)',
  'A5 EXPUNGE',
  'A6 RENAME Important Gone',
];

function putHostileMail(user: string): void {
  const body = `${COMMANDS.join('\r\n')}\r\n`;
  stage.put(
    user,
    { subject: 'commands only', raw: body },
    { subject: 'commands behind a header', raw: `Subject: x\r\nMessage-ID: <c@x>\r\n\r\n${body}` },
    { subject: 'date', raw: `Subject: y\r\nDate: "01-Jan-2026 00:00:00 +0000" {3+}\r\n\r\n)\r\n${body}` },
    { subject: 'date before all time', raw: `Subject: z\r\n\r\n${body}`, date: new Date(-86_400_000) },
    { subject: 'date after all time', raw: `Subject: late\r\n\r\n${body}`, date: new Date('2106-02-07T06:28:14Z') },
    { subject: 'literal ahead', raw: `Subject: q\r\n\r\n{10+}\r\n${body}` },
    { subject: 'in a hostile folder', raw: body, folder: 'A2 DELETE INBOX' },
    { subject: 'in another', raw: body, folder: '"x" (\\5cSeen) {5+}' },
    { subject: 'no end of line', raw: `Subject: e\r\n\r\n${COMMANDS[0]}` },
  );
}

async function plantCanaries(target: Dovecot, user: string): Promise<void> {
  const connection = await target.login(user);
  for (const folder of CANARIES) {
    await connection.ok(`CREATE ${folder}`);
    await connection.append(folder, `Subject: ${folder}\r\n\r\ncanary\r\n`);
  }
  await connection.append('INBOX', 'Subject: INBOX\r\n\r\ncanary\r\n');
  connection.close();
}

describe.each([
  ['LITERAL+ and MULTIAPPEND', []],
  ['LITERAL+ without MULTIAPPEND', ['MULTIAPPEND']],
  ['neither', ['LITERAL+', 'MULTIAPPEND']],
])('a target with %s', (_, hide) => {
  test('executes nothing', async () => {
    const target = await startDovecot({ listescape: true, hide });
    onTestFinished(() => target.stop());
    const user = `hostile${hide.length}`;
    const sample = writeSampleMailbox(stage.source.mailRoot(user), { seed: 12, messages: 100, size: 0 });
    putHostileMail(user);
    await plantCanaries(target, user);
    const before = maildirTruth(target.mailRoot(user));
    const entry = await addEntry(stage.bench, stage.from(user), imapEndpoint(target, user));
    const first = await pass(stage.bench, entry, 'initial');
    expect(first.error).toBeNull();
    expect(first.status).toBe('completed');
    expect(first.books.total).toMatchObject({ seen: sample.messages + 9, created: sample.messages + 9 });
    // Everything of the source arrived, everything of before is still there, nothing else.
    const after = maildirTruth(target.mailRoot(user));
    const extra = differences(stage.sourceTruth(user), after);
    expect(extra.filter((line) => line.includes('lost'))).toEqual([]);
    expect(extra.map((line) => line.replace(': extra', '')).sort()).toEqual(
      [...before].flatMap(([folder, messages]) => messages.map((message) => `${folder} ${message}`)).sort(),
    );
    expect(verifyResult(await pass(stage.bench, entry, 'verify', { verifyDepth: 'content' }))).toMatchObject({
      ok: true,
      // INBOX's; the canary folders are no business of this entry.
      extra: 1,
    });
  });
});

test('flags that would end the argument list never reach the target', async () => {
  const server = await startScriptedImap({});
  const target = await startScriptedImap({});
  onTestFinished(async () => {
    await Promise.all([server.stop(), target.stop()]);
  });
  target.mailbox('keys', 'Canary');
  server.add('keys', 'INBOX', 'Subject: a\r\n\r\nA1 DELETE Canary\r\n', {
    flags: ['\\Seen', 'fine', 'two', '[x', 'x}', '$MDNSent'],
  });
  // What no honest server sends: flags that would end the argument list.
  server.on('UID FETCH', async (command) => {
    command.session.filter = (bytes) =>
      Buffer.from(
        bytes.toString('latin1').replace('FLAGS (\\Seen fine two', 'FLAGS (\\Seen fine "two) {3+}"'),
        'latin1',
      );
    await command.next();
  });
  const entry = await addEntry(
    stage.bench,
    imapEndpoint(server, 'keys', { retryDelaysMs: [] }),
    imapEndpoint(target, 'keys'),
  );
  const outcome = await passUntilPause(stage.bench, entry, 'initial');
  // Such a server isn't listened to any further.
  expect(outcome).toMatchObject({ status: 'pending', error: { code: 'imap-protocol' } });
  expect(target.badCommands).toEqual([]);
  expect([...(target.accounts.get('keys')?.mailboxes.values() ?? [])].map((mailbox) => mailbox.name).sort()).toEqual([
    'Canary',
    'INBOX',
  ]);
  expect(target.transcript.some((line) => /two\)/.test(JSON.stringify(line)))).toBe(false);
});
