import { type FaultProxy, type ProxyRule, startFaultProxy } from '@sterna/test-servers';
import { expect, test } from 'vitest';
import { addEntry } from '../../support/direct-pass.ts';
import { imapEndpoint } from '../../support/dovecot-mailbox.ts';
import { type Kill, passWithKills } from '../harness.ts';
import type { KillStage } from '../kill-stage.ts';

/**
 * Kills the pass where a rule of the proxy strikes, at an exact byte. `rest`: what it had sent beyond still arrives
 * (as from a socket's buffers), or the connection is cut right there.
 */
function atByte(proxy: FaultProxy, name: string, rule: Omit<ProxyRule, 'do'>, rest: 'cut' | 'arrives'): Kill {
  return {
    name,
    by: (child) =>
      proxy.rule({
        ...rule,
        do: async (connection) => {
          const gone = new Promise((resolve) => child.once('exit', resolve));
          child.kill('SIGKILL');
          await gone;
          if (rest === 'cut') connection.cut();
        },
      }).struck,
  };
}

/** Sixty bytes into the nth literal after a command. */
const intoLiteral = (nth: number): RegExp =>
  new RegExp(`APPEND [^\\r\\n]*(?:\\{\\d+\\+?\\}\\r\\n[\\s\\S]{60,4000}?){${nth}}`);

export function killedInLiterals(kill: KillStage): void {
  test.concurrent('in the middle of a literal', async () => {
    const [from, to] = await Promise.all([
      startFaultProxy({ target: kill.source }),
      startFaultProxy({ target: kill.target }),
    ]);
    kill.later(() => Promise.all([from.stop(), to.stop()]));

    const sending = async (): Promise<void> => {
      const user = 'literal-target';
      kill.seed(user, 501);
      const entry = await addEntry(kill.bench, kill.from(user), imapEndpoint(to, user));
      const kills: Kill[] = [];
      for (const [i, rest] of (['cut', 'arrives', 'cut', 'arrives', 'cut', 'arrives'] as const).entries())
        kills.push(
          atByte(
            to,
            'mid-literal, sending',
            { direction: 'toServer', match: intoLiteral(1 + (i % 3)), skip: i % 2 },
            rest,
          ),
        );
      const outcome = await passWithKills(kill.stage, entry, 'initial', kills);
      expect(outcome.status).toBe('completed');
      await kill.expectExactlyOnce(user, entry);
      await kill.expectVerified(entry);
    };

    const reading = async (): Promise<void> => {
      const user = 'literal-source';
      kill.seed(user, 502);
      const entry = await addEntry(kill.bench, imapEndpoint(from, user), imapEndpoint(kill.target, user));
      const kills = [0, 3, 1, 5].map((skip) =>
        atByte(
          from,
          'mid-literal, reading',
          { direction: 'toClient', match: /BODY\[\] \{\d+\}\r\n[\s\S]{40}/, skip },
          'cut',
        ),
      );
      const outcome = await passWithKills(kill.stage, entry, 'initial', kills);
      expect(outcome.status).toBe('completed');
      await kill.expectExactlyOnce(user, entry);
      await kill.expectVerified(entry);
    };
    await Promise.all([sending(), reading()]);
  }, 600_000);

  test.concurrent('in the middle of a streamed message of 6 MB, on either side', async () => {
    const [from, to] = await Promise.all([
      startFaultProxy({ target: kill.source }),
      startFaultProxy({ target: kill.target }),
    ]);
    kill.later(() => Promise.all([from.stop(), to.stop()]));
    const user = 'literal-large';
    const { putMail } = await import('../../support/put-mail.ts');
    const root = kill.source.mailRoot(user);
    const half = 'A line of a large message, seventy-six letters long, again and again ......\r\n'.repeat(40_000);
    const large = `Subject: large\r\nMessage-ID: <large@example.org>\r\n\r\n${half}MIDDLE OF THE MESSAGE\r\n${half}`;
    // Twice the same: also a stream is one object of two.
    putMail(root, { subject: 'large', raw: large });
    putMail(root, { subject: 'large', raw: large });
    putMail(root, { subject: 'small' });
    kill.source.adopt(user);
    const entry = await addEntry(kill.bench, imapEndpoint(from, user), imapEndpoint(to, user));
    const middle = 'MIDDLE OF THE MESSAGE';
    const outcome = await passWithKills(kill.stage, entry, 'initial', [
      atByte(to, 'mid-stream, sending', { direction: 'toServer', match: middle }, 'cut'),
      atByte(from, 'mid-stream, reading', { direction: 'toClient', match: middle }, 'cut'),
      { at: 'after-acknowledgement', nth: 1 },
      atByte(to, 'mid-stream, sending', { direction: 'toServer', match: middle }, 'arrives'),
      { at: 'after-acknowledgement', nth: 2 },
    ]);
    expect(outcome.error).toBeNull();
    expect(outcome.status).toBe('completed');
    await kill.expectExactlyOnce(user, entry);
    await kill.expectVerified(entry);
  }, 600_000);
}
