import { join } from 'node:path';
import { type Microsoft365, startMicrosoft365 } from '@sterna/simulator-microsoft365';
import { fixed, goal, whole } from '../support/figures.ts';
import type { Lab } from '../support/lab.ts';
import { mailboxOf, requestsTo } from '../support/microsoft365.ts';
import { KINDS, onDisk } from '../support/objects-on-disk.ts';
import { runPasses } from './copies.ts';
import type { Part } from './part.ts';

const FULL = { mailboxes: 100, each: 40 };
const QUICK = { mailboxes: 10, each: 10 };
const [SOURCE, TARGET] = ['contoso.example', 'fabrikam.example'];
/** Passes at a time, as a worker may be told to run. */
const AT_ONCE = 16;
const OF_MAILBOXES = KINDS.filter(({ itemType }) => itemType === 'mailbox');

/** Where the service isn't what limits: what one worker gets through. */
export const microsoft365Crowd: Part = {
  name: 'microsoft365-crowd',
  title: 'Microsoft 365: many mailboxes at once, by the simulator',
  async run(lab, { quick }) {
    const { mailboxes, each } = quick ? QUICK : FULL;
    const crowd = await together(lab, mailboxes, each);
    return [
      `${whole(crowd.mailboxes)} mailboxes of ${whole(each)} messages, events, contacts and tasks each, from one tenant to another, ${AT_ONCE} at a time in one worker, simulator and database on the same two cores: ${whole(crowd.requests)} requests (${whole(crowd.sent)} sent) in ${fixed(crowd.seconds, 1)} s, ${fixed((1_000 * crowd.cpuSeconds) / crowd.objects, 2)} ms of the worker’s CPU for each of ${whole(crowd.objects)} objects, or ${fixed((1_000 * crowd.cpuSeconds) / crowd.requests, 2)} ms for each request; peak RSS ${whole(crowd.rssMegabytes)} MB.`,
      goal(
        crowd.requests / crowd.seconds >= 800,
        `- ${whole(crowd.requests / crowd.seconds)} requests a second together (goal 800)`,
      ),
    ].join('\n\n');
  },
};

/** Many mailboxes at once, from tenant to tenant. @param each objects of each kind in a mailbox */
async function together(lab: Lab, mailboxes: number, each: number) {
  const server = await startMicrosoft365({ size: 'large', empty: true });
  try {
    const people = [...server.tenant(SOURCE).users.values()].slice(0, mailboxes).map((one) => one.userPrincipalName);
    await fill(lab, server, people, each);
    const passes: number[] = [];
    for (const address of people) {
      const target = mailboxOf(server, `${address.split('@')[0]}@${TARGET}`);
      const entry = await lab.books.addEntryBetween(mailboxOf(server, address), target);
      passes.push(await lab.books.queuePass(entry, 'initial'));
    }
    requestsTo(server);
    const run = await runPasses(lab, passes, AT_ONCE);
    const { metered, sent } = requestsTo(server);
    let objects = 0;
    for (const pass of passes) objects += (await lab.books.check(pass)).created;
    const wanted = mailboxes * each * OF_MAILBOXES.length;
    if (objects !== wanted) throw new Error(`${objects} of ${wanted} objects of ${mailboxes} mailboxes were created`);
    return { ...run, mailboxes, objects, requests: metered, sent };
  } finally {
    await server.stop();
  }
}

/** The same in each, by passes of our own, which aren't measured. */
async function fill(lab: Lab, server: Microsoft365, people: readonly string[], each: number): Promise<void> {
  const passes: number[] = [];
  for (const kind of OF_MAILBOXES) {
    const folder = join(lab.folder, `m365-crowd-${kind.name}`);
    kind.write(folder, 0, each);
    for (const address of people) {
      const entry = await lab.books.addEntryBetween(onDisk(kind, folder), mailboxOf(server, address));
      passes.push(await lab.books.queuePass(entry, 'initial'));
    }
  }
  await runPasses(lab, passes, AT_ONCE);
}
