import { Random, SENTENCES } from '@sterna/simulator-kit';
import { DirectChat } from '../chat/direct.ts';
import { corpusOf } from '../drive/drives.ts';
import { personOf } from '../drive/principals.ts';
import type { Google } from '../server.ts';
import type { Group, User } from '../state/domain.ts';
import { DriveSeed } from './drive.ts';
import { addGroup } from './people.ts';

/** A group, a team of spaces or a shared drive that is put into a domain. */
export interface SamplePlace {
  /** Of a group its address, else what it is called; nobody's in the domain yet. */
  readonly name: string;
  /** Members of a group, what is said in all spaces, files. */
  readonly objects: number;
}

/** Its domain becomes one of the customer's. */
export function addSampleGroup(server: Google, domainName: string, { name: email, objects }: SamplePlace): Group {
  const domain = server.domain(domainName);
  domain.take(email);
  const [title = email] = email.split('@');
  return addGroup(server.cloud, domain, email, title, people(server, domainName).slice(0, Math.max(1, objects)));
}

/** Two spaces, the second one below the first by its name; everybody is in both. @returns the first */
export function addSampleSpaces(server: Google, domainName: string, { name, objects }: SamplePlace): DirectChat {
  const random = new Random(`${domainName}/spaces/${name}`);
  const members = people(server, domainName).slice(0, MOST_PEOPLE);
  const [first, second] = [name, `${name}: Ideas`].map((title) => {
    const chat = DirectChat.create(server, members[0]?.primaryEmail ?? '', title, BEGUN);
    for (const { primaryEmail } of members.slice(1)) chat.join(primaryEmail);
    return chat;
  }) as [DirectChat, DirectChat];
  let thread: string | undefined;
  for (let n = 0; n < objects; n++) {
    const chat = n % 2 === 0 ? first : second;
    const isReply = n % 6 >= 4;
    const said = chat.say(random.pick(SENTENCES), {
      by: random.pick(members).primaryEmail,
      at: BEGUN + (n + 1) * HOUR,
      // The first space's, in the first space.
      ...(isReply && chat === first && thread !== undefined ? { replyTo: thread } : {}),
    });
    if (chat === first && !isReply) thread = said;
    if (n % 5 === 0) chat.react(said, '👍', random.pick(members).primaryEmail);
  }
  return first;
}

/** The first of the domain's people manages it. @returns its id */
export function addSharedDrive(server: Google, domainName: string, { name, objects }: SamplePlace): string {
  const corpus = corpusOf(server.cloud);
  const [manager] = people(server, domainName).map(personOf);
  if (manager === undefined) throw new Error(`${domainName} has nobody`);
  const { id, root } = corpus.createDrive(domainName, name, name, manager, BEGUN);
  new DriveSeed(corpus, manager, new Random(`${domainName}/drives/${name}`)).fill(root, objects);
  return id;
}

const BEGUN = Date.UTC(2025, 0, 6, 9);
const HOUR = 3_600_000;
const MOST_PEOPLE = 10;

/** Those who were put into the domain, else its sample people. @throws where there is nobody */
function people(server: Google, domainName: string): readonly User[] {
  const all = [...server.domain(domainName).users.values()];
  if (all.length === 0) throw new Error(`${domainName} has nobody`);
  const inhabitants = all.filter(({ amounts }) => amounts !== undefined);
  return inhabitants.length === 0 ? all : inhabitants;
}
