import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { goal, table, whole } from '../support/figures.ts';
import type { Lab } from '../support/lab.ts';
import { runPasses } from './copies.ts';
import type { Part } from './part.ts';
import { migratedMailbox } from './small-mailbox.ts';

const LARGE = 150_000_000;
const LIMIT = 300;

/** The most memory that a worker process ever held. The database has processes of its own. */
export const memory: Part = {
  name: 'memory',
  title: 'Memory of a worker',
  async run(lab, { quick }) {
    const messages = quick ? 10_000 : 100_000;
    const { run } = await migratedMailbox(lab, messages);
    const large = await largeMessage(lab);
    return [
      table(
        ['initial pass of', 'peak RSS MB'],
        [
          [`${whole(messages)} messages`, whole(run.rssMegabytes)],
          [`one message of ${LARGE / 1e6} MB among small ones`, whole(large)],
        ],
      ),
      goal(Math.max(run.rssMegabytes, large) < LIMIT, `- under ${LIMIT} MB`),
    ].join('\n\n');
  },
};

async function largeMessage(lab: Lab): Promise<number> {
  const root = lab.source.mailRoot('large');
  lab.seed('large', 200, 2, 7);
  mkdirSync(join(root, 'cur'), { recursive: true });
  const file = openSync(join(root, 'cur', `1600000000.M1P2.bench,S=${LARGE}:2,S`), 'w');
  const head = 'From: <a@tern.example>\r\nSubject: A film\r\nMessage-ID: <film@tern.example>\r\n\r\n';
  let left = LARGE - writeSync(file, head);
  const line = `${'x'.repeat(76)}\r\n`;
  const block = Buffer.from(line.repeat(10_000));
  while (left > 0) left -= writeSync(file, block, 0, Math.min(left, block.length));
  closeSync(file);
  lab.source.adopt('large');
  const entry = await lab.books.addEntry({ server: lab.source, user: 'large' }, { server: lab.target, user: 'large' });
  const pass = await lab.books.queuePass(entry, 'initial');
  const run = await runPasses(lab, [pass]);
  await lab.books.check(pass);
  return run.rssMegabytes;
}
