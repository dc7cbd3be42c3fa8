import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { Random } from '@sterna/sample-mailbox';
import { type ScriptedImap, startDovecot, startScriptedImap } from '@sterna/test-servers';
import { expect, test } from 'vitest';
import { addEntry, type Endpoint, pass, verifyResult } from '../../support/direct-pass.ts';
import { differences, imapEndpoint, type MailboxTruth, maildirTruth } from '../../support/dovecot-mailbox.ts';
import { type Kill, passWithKills } from '../harness.ts';
import type { KillStage } from '../kill-stage.ts';
import { atRandom, scenario } from './points.ts';

const POINTS: readonly Kill[] = [
  { at: 'after-intent-commit', nth: 2 },
  { at: 'after-acknowledgement', nth: 2 },
  { at: 'during-recovery', nth: 1 },
  { at: 'after-settle-commit', nth: 3 },
  { at: 'after-acknowledgement', nth: 1 },
  { at: 'after-confirm', nth: 2 },
];

/** What the in-memory server holds, without flags: this one keeps no keywords. */
function scriptedTruth(server: ScriptedImap, user: string): MailboxTruth {
  const truth = new Map<string, string[]>();
  for (const mailbox of server.account(user).mailboxes.values())
    truth.set(
      mailbox.name,
      mailbox.messages.map(({ bytes }) => createHash('sha256').update(bytes).digest('hex').slice(0, 24)).sort(),
    );
  return truth;
}

const messagesOnly = (truth: MailboxTruth): MailboxTruth =>
  new Map([...truth].map(([folder, lines]) => [folder, lines.map((line) => line.split(' ')[0] ?? '').sort()]));

/** Names differ (separator, escapes of Maildir), so folders are compared by what they hold. */
const foldersByContent = (truth: MailboxTruth): string[] =>
  [...truth.values()]
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join(' '))
    .sort();

const archive = (path: string, format: string): Endpoint => ({
  connector: 'archive',
  settings: { path, format },
  address: '.',
});

export function otherTargets(kill: KillStage): void {
  for (const [i, hidden] of ['MULTIAPPEND', 'UIDPLUS'].entries())
    test.concurrent(`a target without ${hidden}`, async () => {
      const target = await startDovecot({ listescape: true, hide: [hidden] });
      kill.later(() => target.stop());
      await scenario(
        kill,
        `without-${hidden.toLowerCase()}`,
        900 + 10 * i,
        [...POINTS, ...atRandom(3, new Random(i))],
        target,
      );
    }, 600_000);

  test.concurrent('a target without keywords: what was in flight is read back', async () => {
    const target = await startScriptedImap({
      permanentFlags: ['\\Seen', '\\Answered', '\\Flagged', '\\Deleted', '\\Draft'],
      hide: ['MULTIAPPEND'],
    });
    kill.later(() => target.stop());
    const user = 'read-back';
    kill.seed(user, 930);
    const entry = await addEntry(kill.bench, kill.from(user), imapEndpoint(target, user));
    const outcome = await passWithKills(kill.stage, entry, 'initial', [...POINTS, ...atRandom(6, new Random(93))]);
    expect(outcome).toMatchObject({ status: 'completed', error: null });
    expect(outcome.books.balanced).toBe(true);
    expect(foldersByContent(scriptedTruth(target, user))).toEqual(
      foldersByContent(messagesOnly(kill.sourceTruth(user))),
    );
    await kill.expectSettled(entry);
    expect(target.badCommands).toEqual([]);
  }, 600_000);

  test.concurrent('a Maildir', async () => {
    const user = 'to-maildir';
    kill.seed(user, 940);
    const path = kill.folder('maildir');
    const entry = await addEntry(kill.bench, kill.from(user), archive(path, 'maildir'));
    const outcome = await passWithKills(kill.stage, entry, 'initial', [...POINTS, ...atRandom(4, new Random(94))]);
    expect(outcome).toMatchObject({ status: 'completed', error: null });
    expect(foldersByContent(messagesOnly(maildirTruth(path)))).toEqual(
      foldersByContent(messagesOnly(kill.sourceTruth(user))),
    );
    await kill.expectSettled(entry);
    await kill.expectVerified(entry);
  }, 600_000);

  for (const [i, format] of ['archive', 'mbox'].entries())
    test.concurrent(`a backup (${format}), restored`, async () => {
      const user = `to-${format}`;
      kill.seed(user, 950 + i);
      const path = kill.folder(`backup-${format}`);
      const entry = await addEntry(kill.bench, kill.from(user), archive(path, format));
      const outcome = await passWithKills(kill.stage, entry, 'initial', [
        ...POINTS,
        ...atRandom(4, new Random(95 + i)),
      ]);
      expect(outcome).toMatchObject({ status: 'completed', error: null });
      await kill.expectSettled(entry);
      expect(verifyResult(await pass(kill.bench, entry, 'verify', { verifyDepth: 'content' }))).toMatchObject({
        ok: true,
        extra: 0,
        duplicated: 0,
      });
      // And back into a server, where other code than ours can count.
      const restore = await addEntry(kill.bench, archive(path, format), imapEndpoint(kill.target, user));
      expect((await pass(kill.bench, restore, 'initial')).books.total.failed).toBe(0);
      expect(
        differences(messagesOnly(kill.sourceTruth(user)), messagesOnly(maildirTruth(join(kill.target.mailRoot(user))))),
      ).toEqual([]);
    }, 600_000);
}
