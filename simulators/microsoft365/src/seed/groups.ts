import { picture, type Random, SENTENCES, type Size, SUBJECTS } from '@sterna/simulator-kit';
import type { Cloud } from '../cloud.ts';
import { type Conversation, conversationsOf, type Post } from '../groups/conversation.ts';
import type { Group } from '../groups/group.ts';
import { addGuest } from '../groups/invitation-routes.ts';
import { addSite } from '../groups/site.ts';
import { type Groups, groupsOf } from '../groups/store.ts';
import { between } from '../planner/order-hint.ts';
import { type Planner, plannerOf } from '../planner/store.ts';
import type { DirectoryUser, Tenant } from '../state/tenant.ts';
import type { Seeder } from './seeder.ts';

const SEEDED = Date.UTC(2026, 7, 3, 9);
const DAY = 24 * 3600 * 1000;

/** Groups without a team, conversations in each, tasks in each plan. */
const COUNTS: Record<Size, readonly [groups: number, conversations: number, tasks: number]> = {
  small: [2, 3, 6],
  medium: [6, 12, 20],
  large: [60, 60, 60],
};

const NAMES = ['Facilities', 'Côté jardin', 'Procurement', '家族', 'Alumni', 'Works council'];
export const GUEST = { email: 'partner@adatum.example', displayName: 'Pat Partner' };
const APP = '5c0ffee0-0000-4000-a000-00000000c0de';

/** Microsoft 365 groups with conversations, files and plans, and security groups, one within the other, at contoso. */
export const seedGroups: Seeder = (cloud, tenant, random, size) => {
  if (tenant.domain.startsWith('fabrikam')) return;
  const groups = groupsOf(tenant);
  const people = peopleOf(tenant);
  addGuest(tenant, groups.ids.guid(), GUEST.email, GUEST.displayName, SEEDED - 200 * DAY);
  const guest = [...tenant.guests.keys()][0] as string;
  const [count, conversations, tasks] = COUNTS[size];
  for (let n = 0; n < count; n++) {
    const displayName = NAMES[n] ?? `Group ${n + 1}`;
    const owner = people[n % people.length] as DirectoryUser;
    const group = addGroup(tenant, random, {
      displayName,
      mailNickname: n === 0 ? 'facilities' : `group${n + 1}`,
      visibility: n % 2 === 0 ? 'Private' : 'Public',
      owners: [owner.id, ...(n % 3 === 0 ? [people[(n + 1) % people.length]?.id as string] : [])],
      members: [owner.id, ...people.slice(2, 3 + (n % 6)).map(({ id }) => id), ...(n === 0 ? [guest] : [])],
    });
    if (n % 2 === 0) {
      group.photo = { type: 'image/png', width: 48, height: 48, bytes: picture(48, [200, (n * 40) % 256, 60]) };
      group.proxyAddresses = [...group.proxyAddresses, `smtp:${group.mailNickname}.team@${tenant.domain}`];
    }
    fillGroup(cloud, tenant, random, group, { people, conversations, tasks });
  }
  nested(groups, people);
};

/** Conversations, and a plan with tasks. */
export function fillGroup(
  cloud: Cloud,
  tenant: Tenant,
  random: Random,
  group: Group,
  given: { readonly people: readonly DirectoryUser[]; readonly conversations: number; readonly tasks: number },
): void {
  const { people, conversations, tasks } = given;
  for (let at = 0; at < conversations; at++) converse(tenant, cloud.ids, random, group, people, at);
  seedPlan(plannerOf(tenant), group, people, random, tasks, `${group.displayName} plan`);
}

export function peopleOf(tenant: Tenant): DirectoryUser[] {
  return [...tenant.users.values()].filter(({ purpose }) => purpose === 'user').slice(0, 10);
}

export function addGroup(
  tenant: Tenant,
  random: Random,
  of: Pick<Group, 'displayName' | 'mailNickname' | 'visibility'> & { owners: string[]; members: string[] },
): Group {
  const createdAt = Date.UTC(random.integer(2020, 2024), random.integer(0, 11), random.integer(1, 28), 8);
  const group = groupsOf(tenant).create(
    {
      ...of,
      description: `All about ${of.displayName}.`,
      groupTypes: ['Unified'],
      mailEnabled: true,
      securityEnabled: false,
      resourceBehaviorOptions: ['WelcomeEmailDisabled'],
      preferredLanguage: 'en-US',
    },
    createdAt,
  );
  addSite(tenant, group, createdAt);
  return group;
}

/** A security group within another. */
function nested(groups: Groups, people: readonly DirectoryUser[]): void {
  const security = { groupTypes: [], mailEnabled: false, securityEnabled: true };
  const inner = groups.create(
    { ...security, displayName: 'Payroll', mailNickname: 'payroll', members: people.slice(3, 5).map(({ id }) => id) },
    SEEDED - 900 * DAY,
  );
  groups.create(
    { ...security, displayName: 'Finance', mailNickname: 'finance', members: [inner.id, people[5]?.id as string] },
    SEEDED - 899 * DAY,
  );
}

/** A conversation of one to four posts; the first one of a group has a file. */
function converse(
  tenant: Tenant,
  ids: { mutable(): string },
  random: Random,
  group: Group,
  people: readonly DirectoryUser[],
  nth: number,
): void {
  const topic = random.pick(SUBJECTS);
  const begun = SEEDED - random.integer(30, 600) * DAY;
  const posts: Post[] = [];
  for (let at = 0; at < 1 + ((nth + 1) % 4); at++) {
    const { displayName, mail } = random.pick(people);
    const receivedAt = begun + at * 3_600_000 + random.integer(0, 3_000_000);
    posts.push({
      id: ids.mutable(),
      createdAt: receivedAt,
      receivedAt,
      from: { name: displayName, address: mail },
      body: { contentType: 'html', content: `<p>${random.pick(SENTENCES)}</p>` },
      categories: [],
      newParticipants: [],
      attachments:
        nth === 0 && at === 0
          ? [
              {
                id: ids.mutable(),
                name: 'Minutes.txt',
                contentType: 'text/plain',
                isInline: false,
                contentId: null,
                modifiedAt: receivedAt,
                content: [Buffer.from('What we said.\n')],
              },
            ]
          : [],
      inReplyTo: posts.at(-1)?.id,
    });
  }
  const conversation: Conversation = {
    id: ids.mutable(),
    topic,
    threads: [
      {
        id: ids.mutable(),
        topic,
        isLocked: false,
        toRecipients: [{ name: group.displayName, address: group.mail ?? '' }],
        ccRecipients: [],
        posts,
      },
    ],
  };
  conversationsOf(tenant, group).all.push(conversation);
}

/** A plan with labels and three buckets; its first task has everything that a task can have. */
export function seedPlan(
  planner: Planner,
  group: Group,
  people: readonly DirectoryUser[],
  random: Random,
  tasks: number,
  title: string,
): string {
  const members = people.filter(({ id }) => group.members.has(id));
  const someone = () => random.pick(members.length === 0 ? people : members).id;
  const actor = () => ({ user: someone(), app: APP });
  const createdAt = group.createdAt + 20 * DAY;
  const plan = planner.addPlan(group, title, actor(), createdAt);
  plan.details.categories.set('category1', 'Urgent').set('category3', 'Übrig').set('category25', '色');
  for (const id of group.members) plan.details.sharedWith.add(id);
  const buckets = ['To do', 'In arbeit & Prüfung', 'Done'].map((name) => planner.addBucket(plan, name));
  for (let n = 0; n < tasks; n++) {
    const task = planner.addTask(
      plan,
      n === 0 ? 'Everything' : `${random.pick(SUBJECTS)} ${n}`,
      actor(),
      createdAt + n * DAY,
    );
    task.bucketId = n === 1 ? null : (buckets[n % 3]?.id ?? null);
    task.priority = random.pick([1, 3, 5, 9]);
    if (n % 2 === 0) assign(task, someone(), actor(), createdAt + n * DAY);
    if (n % 3 === 0) task.dueAt = createdAt + (n + 14) * DAY + 10 * 3_600_000;
    if (n % 3 === 2) {
      task.percentComplete = 100;
      task.completedAt = createdAt + (n + 5) * DAY;
      task.completedBy = actor();
    }
    if (n > 0) continue;
    task.startAt = createdAt + 2 * DAY + 10 * 3_600_000;
    task.percentComplete = 50;
    for (const name of ['category1', 'category25']) task.categories.add(name);
    for (const { id } of members.slice(0, 3)) assign(task, id, actor(), createdAt);
    const { details } = task;
    details.description = 'First line\nSecond line: <b>no markup</b>, äöü 漢字';
    details.previewType = 'checklist';
    let hint = '';
    for (const [at, item] of ['Boxes', 'Van', 'Schlüssel'].entries()) {
      hint = between(hint, '');
      const modified = { modifiedAt: createdAt, modifiedBy: actor() };
      details.checklist.set(`${10_000 + at}`, { title: item, isChecked: at === 0, orderHint: hint, ...modified });
    }
    for (const [url, type] of [
      ['https%3A//docs%2Eexample/plan%2Edocx', 'Word'],
      ['http%3A//example%2Ecom/a?b=c%23d', 'Other'],
    ] as const) {
      const modified = { modifiedAt: createdAt, modifiedBy: actor() };
      details.references.set(url, { alias: `See ${type}`, type, previewPriority: between('', ''), ...modified });
    }
  }
  return plan.id;
}

function assign(
  task: ReturnType<Planner['addTask']>,
  id: string,
  assignedBy: { user: string; app: string },
  assignedAt: number,
): void {
  const orderHint = between('', '');
  task.assignments.set(id, { orderHint, assignedAt, assignedBy });
  task.formats.assignedTo.byAssignee.set(id, orderHint);
}
