import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Dovecot } from '@sterna/test-servers';
import { runMbsync, startMbsync } from '../clients/mbsync.ts';
import { openBooks } from '../support/books.ts';
import { runClient, startClient } from '../support/clients.ts';
import { table } from '../support/figures.ts';
import type { Lab } from '../support/lab.ts';
import { type Difference, differenceOf, maildirContents, messageFiles } from '../support/maildir-contents.ts';
import { passSetup } from './copies.ts';
import type { Part } from './part.ts';

const MESSAGES = 2_000;
const KILLS = 3;
/** Short, so that the rerun needn't wait long for the dead process's lease. */
const LEASE_SECONDS = 1;

/** What remains of a copy that was killed and started again, and of one that forgot what it did. */
export const crashes: Part = {
  name: 'crashes',
  title: 'Killed, and state lost',
  async run(lab) {
    lab.seed('crash', MESSAGES, 20, 2);
    const source = maildirContents(lab.source, 'crash');
    const rows: string[][] = [];
    for (const tool of [sterna, mbsync]) {
      const killed: Difference[] = [];
      const hits: number[] = [];
      for (let n = 1; n <= KILLS; n++) {
        const user = lab.freshUser('crash');
        // In the middle: once so much has arrived in the target.
        const copy = tool(lab, user);
        const hit = await copy.kill(() => countMessages(lab.target, user) >= (MESSAGES * n) / (KILLS + 1));
        if (hit === undefined) throw new Error(`${tool.name} was over before it could be killed`);
        hits.push(hit);
        await copy.run();
        killed.push(differenceOf(source, maildirContents(lab.target, user)));
        await copy.close();
        lab.forget(lab.target, user);
      }
      const user = lab.freshUser('lost');
      const copy = tool(lab, user);
      await copy.run();
      await copy.loseState();
      await copy.run();
      const lost = differenceOf(source, maildirContents(lab.target, user));
      await copy.close();
      lab.forget(lab.target, user);
      rows.push([
        tool === sterna ? 'Sterna (duplicate prevention on)' : 'mbsync',
        hits.join(', '),
        killed.map((one) => one.extra).join(', '),
        killed.map((one) => one.missing).join(', '),
        String(lost.extra),
        String(lost.missing),
      ]);
      console.log(`  ${rows.at(-1)?.join(' | ')}`);
    }
    return [
      `${MESSAGES} messages. Killed by SIGKILL when a quarter, a half and three quarters had arrived, then started again; for the loss of state, what the tool keeps (our database and keys, mbsync’s state folder) is deleted after a complete copy, and it is started again. Compared by folder and SHA-256.`,
      table(
        [
          'tool',
          'in the target at the kill',
          'killed: duplicates',
          'killed: missing',
          'state lost: duplicates',
          'state lost: missing',
        ],
        rows,
      ),
    ].join('\n\n');
  },
};

interface Copy {
  run(): Promise<void>;
  /** Kills it once `due`. @returns messages in the target then; undefined if it ended first */
  kill(due: () => boolean): Promise<number | undefined>;
  loseState(): Promise<void>;
  close(): Promise<void>;
}

function sterna(lab: Lab, user: string): Copy {
  let books = lab.books;
  let pass: number | undefined;
  const setup = async () => {
    if (pass === undefined) {
      const entry = await books.addEntry({ server: lab.source, user: 'crash' }, { server: lab.target, user });
      pass = await books.queuePass(entry, 'initial');
    }
    return { ...passSetup({ books }, [pass]), leaseSeconds: LEASE_SECONDS };
  };
  return {
    async run() {
      await runClient(lab.clients.pass, await setup());
      await books.check(pass as number);
    },
    async kill(due) {
      const { child, ended } = startClient(lab.clients.pass, await setup());
      return killWhen(due, () => child.kill('SIGKILL'), ended, lab.target, user);
    },
    async loseState() {
      // Another installation: its database is empty and its keys are new.
      books = await openBooks(join(lab.folder, user));
      pass = undefined;
    },
    async close() {
      if (books !== lab.books) await books.close();
    },
  };
}

function mbsync(lab: Lab, user: string): Copy {
  const folder = join(lab.folder, user);
  const setup = {
    folder,
    source: { server: lab.source, user: 'crash' },
    target: { server: lab.target, user },
  };
  return {
    async run() {
      await runMbsync(setup);
    },
    async kill(due) {
      const { child, ended } = startMbsync(setup);
      // The shell that measures it and mbsync itself are one group.
      return killWhen(due, () => process.kill(-(child.pid as number), 'SIGKILL'), ended, lab.target, user);
    },
    async loseState() {
      rmSync(join(folder, 'state'), { recursive: true });
    },
    async close() {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function killWhen(
  due: () => boolean,
  kill: () => unknown,
  ended: Promise<{ report: unknown }>,
  target: Dovecot,
  user: string,
): Promise<number | undefined> {
  let over = false;
  const end = ended.finally(() => {
    over = true;
  });
  // Each look lets the client's events come in between.
  while (!over && !due()) await new Promise((resolve) => setImmediate(resolve));
  const count = countMessages(target, user);
  if (!over) kill();
  const { report } = await end;
  return report === undefined ? count : undefined;
}

const countMessages = (server: Dovecot, user: string): number => messageFiles(server, user).length;
