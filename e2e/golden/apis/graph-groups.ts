import type { GoldenObject } from '../objects.ts';
import { type Ask, type Json, moment, propertiesOfMime, readable, sha256, sorted, textOfHtml } from './ask.ts';
import { filesOf } from './graph-files.ts';

/** Where the product puts what was said in a group's mailbox, since no app may write there. */
const CONVERSATIONS = '/Conversations';
/** When it was sent, and what no other has: an eml file of a group's own is called otherwise. */
const SAID = /^\/Conversations\/\d{4}-\d\d-\d\d \d\d\.\d\d\.\d\d [\da-f]+\.eml$/;

/** What a group without a team holds, by its address: settings, members, conversations, plans, files. */
export async function groupObjects(graph: (base: string) => Ask, address: string): Promise<GoldenObject[]> {
  const group = await groupAt(graph, address);
  const people = await peopleOf(graph(''));
  const ask = graph(`/groups/${group.id}`);
  const files = await filesOf(ask, '/drive');
  const isSaid = files.some(({ key }) => SAID.test(key));
  const isMail = ({ key }: GoldenObject): boolean => SAID.test(key) || (isSaid && key === CONVERSATIONS);
  return [
    {
      kind: 'setting',
      id: group.id,
      key: 'group',
      name: group.displayName,
      properties: {
        name: group.displayName,
        text: readable(group.description),
        visibility: group.visibility ?? '',
        picture: await pictureOf(ask),
      },
    },
    ...(await members(ask, people)),
    ...(await conversations(ask)),
    ...(await conversationsInFiles(ask, files.filter(isMail))),
    ...(await plans(graph, ask, people)),
    ...files.filter((file) => !isMail(file)),
  ];
}

/** @throws Error where no group has that address */
export async function groupAt(graph: (base: string) => Ask, address: string): Promise<Json> {
  const [group] = await graph('').all(`/groups?$filter=mail eq '${address.replaceAll("'", "''")}'`);
  if (group === undefined) throw new Error(`no group ${address}`);
  return group;
}

export async function peopleOf(ask: Ask): Promise<ReadonlyMap<string, string>> {
  const users = await ask.all('/users?$select=id,userPrincipalName,mail&$top=999');
  return new Map(users.map((user) => [user.id, String(user.mail ?? user.userPrincipalName).toLowerCase()]));
}

/** Hash of its bytes; empty where there is none. */
export async function pictureOf(group: Ask): Promise<string> {
  try {
    return sha256(await group.bytes('/photo/$value'));
  } catch (error) {
    if (/: 404 /.test(String(error))) return '';
    throw error;
  }
}

export async function members(group: Ask, people: ReadonlyMap<string, string>): Promise<GoldenObject[]> {
  const owners = new Set((await group.all('/owners')).map(({ id }) => id));
  const all = await group.all('/members');
  return [...new Set([...owners, ...all.map(({ id }) => id)])].map((id) => ({
    kind: 'member',
    id,
    key: people.get(id) ?? id,
    name: people.get(id) ?? id,
    properties: { who: people.get(id) ?? '', role: owners.has(id) ? 'owner' : 'member' },
  }));
}

async function conversations(group: Ask): Promise<GoldenObject[]> {
  const found: GoldenObject[] = [];
  for (const thread of await group.all('/threads?$top=50&$select=id,topic,toRecipients,ccRecipients')) {
    const posts = await group.all(`/threads/${thread.id}/posts?$top=50`);
    const [first] = posts.toSorted((one, other) => one.receivedDateTime.localeCompare(other.receivedDateTime));
    for (const post of posts) {
      const path = `/threads/${thread.id}/posts/${post.id}/attachments`;
      const attached = post.hasAttachments ? await group.all(path) : [];
      found.push(
        conversation(`${thread.id} ${post.id}`, {
          subject: thread.topic ?? '',
          from: post.from?.emailAddress?.address ?? '',
          to: sorted(addressesOf(thread.toRecipients)),
          cc: sorted([...addressesOf(thread.ccRecipients), ...addressesOf(post.newParticipants)]),
          answers:
            first.id === post.id ? '' : keyOf(moment(first.receivedDateTime), addressesOf([first.from])[0] ?? ''),
          at: moment(post.receivedDateTime),
          text: sha256(textOfHtml(post.body?.content ?? '')),
          attachments: sorted(
            attached.map((one) => `${one.name} ${sha256(Buffer.from(one.contentBytes ?? '', 'base64'))}`),
          ),
        }),
      );
    }
  }
  return found;
}

const addressesOf = (recipients: readonly Json[] | undefined | null): string[] =>
  (recipients ?? []).flatMap((one) => one?.emailAddress?.address?.toLowerCase() ?? []);

async function conversationsInFiles(group: Ask, files: readonly GoldenObject[]): Promise<GoldenObject[]> {
  const mails = await Promise.all(
    files
      .filter(({ kind }) => kind === 'file')
      .map(async ({ id }) => {
        const raw = await group.bytes(`/drive/items/${id}/content`);
        const mail = await propertiesOfMime(raw);
        const from = bare(mail.from)[0] ?? '';
        return { id, raw, mail, from, key: keyOf(mail.sent ?? '', from) };
      }),
  );
  const header = (raw: Buffer, name: string): string | undefined =>
    new RegExp(`^${name}:\\s*(<[^>]*>)`, 'im').exec(raw.toString('latin1'))?.[1];
  const keys = new Map(mails.map(({ raw, key }) => [header(raw, 'message-id'), key]));
  return mails.map(({ id, raw, mail, from }) =>
    conversation(id, {
      ...{ subject: mail.subject ?? '', from, to: sorted(bare(mail.to)), cc: sorted(bare(mail.cc)) },
      answers: keys.get(header(raw, 'in-reply-to') ?? 'none') ?? '',
      ...{ at: mail.sent ?? '', text: mail.html ?? '', attachments: mail.attachments ?? '' },
    }),
  );
}

/** Without names. */
const bare = (addresses: string | undefined): string[] =>
  [...(addresses ?? '').matchAll(/<([^>]*)>/g)].map(([, address]) => address as string);

const keyOf = (at: string, from: string): string => `${at} ${from.toLowerCase()}`;

type Said = 'subject' | 'from' | 'to' | 'cc' | 'answers' | 'at' | 'text' | 'attachments';

function conversation(id: string, said: { readonly [Name in Said]: string }): GoldenObject {
  // An answer in mail says so.
  const subject = said.subject.replace(/^re:\s*/i, '');
  const from = said.from.toLowerCase();
  return {
    kind: 'conversation',
    id,
    key: keyOf(said.at, from),
    name: subject,
    properties: { ...said, subject, from },
  };
}

export async function plans(
  graph: (base: string) => Ask,
  group: Ask,
  people: ReadonlyMap<string, string>,
): Promise<GoldenObject[]> {
  const found: GoldenObject[] = [];
  const planner = graph('/planner');
  for (const plan of await group.all('/planner/plans')) {
    const buckets = new Map((await planner.all(`/plans/${plan.id}/buckets`)).map((one) => [one.id, one.name]));
    for (const task of await planner.all(`/plans/${plan.id}/tasks`)) {
      const details = await planner.json(`/tasks/${task.id}/details`);
      found.push({
        kind: 'task',
        id: task.id,
        key: task.title,
        name: task.title,
        properties: {
          list: plan.title,
          bucket: buckets.get(task.bucketId) ?? '',
          title: task.title,
          text: readable(details.description),
          due: moment(task.dueDateTime).slice(0, 10),
          start: moment(task.startDateTime).slice(0, 10),
          done: String(task.percentComplete),
          important: String(task.priority),
          assigned: sorted(Object.keys(task.assignments ?? {}).map((id) => people.get(id) ?? id)),
          steps: sorted(Object.values<Json>(details.checklist ?? {}).map((one) => `${one.title} ${one.isChecked}`)),
          links: sorted(
            Object.entries<Json>(details.references ?? {}).map(([url, one]) => `${url} ${one.alias ?? ''}`),
          ),
        },
      });
    }
  }
  return found;
}
