import type { Size } from '@sterna/simulator-kit';
import { Random, SENTENCES, SUBJECTS } from '@sterna/simulator-kit';
import type { Cloud } from '../cloud.ts';
import { type Folder, fillMailboxes, type Mailbox } from '../mail/mailbox.ts';
import type { Address, Attachment, MessageContent } from '../mail/message.ts';
import type { DirectoryUser, Tenant } from '../state/tenant.ts';
import type { Seeder } from './seeder.ts';
import { CATEGORIES, FOLDERS } from './words.ts';

const MESSAGES: Record<Size, number> = { small: 40, medium: 250, large: 1000 };
const NEWEST = Date.UTC(2026, 7, 31, 18);
const OLDEST = Date.UTC(2016, 0, 4, 8);

/** Every mailbox is filled when it is first asked for. */
export const seedMail: Seeder = (cloud, tenant, _random, size) => {
  fillMailboxes(tenant, (mailbox) =>
    fillMailbox(cloud, tenant, mailbox, mailbox.user.amounts?.messages ?? MESSAGES[size]),
  );
};

/** Fills a mailbox with awkward mail, the same for the same user: benchmarks fill one with more than the rest. */
export function fillMailbox(cloud: Cloud, tenant: Tenant, mailbox: Mailbox, count: number): void {
  const random = new Random(`mail of ${mailbox.user.id}`);
  for (const [displayName, color] of CATEGORIES) {
    mailbox.settings.categories.push({ id: cloud.ids.guid(), displayName, color });
  }
  addSettings(mailbox, random);
  const folders = makeFolders(mailbox);
  const people = [...tenant.users.values()];
  const known: MessageContent[] = [];
  for (let at = 0; at < count; at++) {
    const folder = at % 10 === 3 ? mailbox.wellKnown('sentitems') : random.pick(folders);
    const content = makeMessage(mailbox, random, people, known, folder.wellKnown === 'sentitems');
    known.push(content);
    mailbox.addMessage(folder, content, Math.min(content.receivedAt, cloud.clock.now()));
  }
  addOddities(cloud, mailbox, random, known);
}

function addSettings(mailbox: Mailbox, random: Random): void {
  const { rules, values } = mailbox.settings;
  const locale = mailbox.user.preferredLanguage ?? 'en-US';
  values.language = { locale, displayName: locale };
  rules.push({
    id: mailbox.ids.token(16),
    displayName: 'Newsletters',
    sequence: 1,
    isEnabled: true,
    hasError: false,
    isReadOnly: false,
    conditions: { subjectContains: ['Newsletter', 'Rundbrief'] },
    actions: { markAsRead: true, moveToFolder: mailbox.wellKnown('archive').id, stopProcessingRules: true },
  });
  if (random.integer(1, 3) !== 1) return;
  const away = 'Ich bin am 1. September zurück.<br>Back on September 1st.';
  const replies = { status: 'scheduled', internalReplyMessage: away, externalReplyMessage: away };
  values.automaticRepliesSetting = { ...(values.automaticRepliesSetting as object), ...replies };
}

function makeFolders(mailbox: Mailbox): Folder[] {
  const byPath = new Map<string, Folder>([['', mailbox.root]]);
  for (const path of FOLDERS) {
    const names = path.split('\n');
    const parent = byPath.get(names.slice(0, -1).join('\n')) as Folder;
    byPath.set(path, mailbox.createFolder(parent, names.at(-1) as string));
  }
  mailbox.createFolder(mailbox.root, 'Hidden by an add-in', true);
  const usual = ['inbox', 'inbox', 'inbox', 'archive', 'deleteditems', 'junkemail'].map((name) =>
    mailbox.wellKnown(name),
  );
  return [...usual, ...[...byPath].filter(([path]) => path !== '' && path !== 'Empty').map(([, folder]) => folder)];
}

function makeMessage(
  mailbox: Mailbox,
  random: Random,
  people: readonly DirectoryUser[],
  known: readonly MessageContent[],
  sent: boolean,
): MessageContent {
  const owner = addressOf(mailbox.user);
  const other = random.integer(1, 3) === 1 ? addressOf(random.pick(people)) : stranger(random);
  const answered = known.length > 0 && random.integer(1, 3) === 1 ? random.pick(known) : undefined;
  const answeredId = answered?.internetMessageId;
  const sentAt = 1000 * Math.floor((OLDEST + random.next() * (NEWEST - OLDEST)) / 1000);
  const html = random.integer(1, 2) === 1;
  const lines = Array.from({ length: random.integer(1, 12) }, () => random.pick(SENTENCES));
  const subject = answered === undefined ? random.pick(SUBJECTS) : `RE: ${answered.subject.replace(/^RE: /, '')}`;
  return {
    subject,
    body: html
      ? { contentType: 'html', content: `<html><body>${lines.map((line) => `<p>${line}</p>`).join('')}</body></html>` }
      : { contentType: 'text', content: lines.join('\r\n') },
    from: sent ? owner : other,
    sender: sent ? owner : other,
    to: [sent ? other : owner],
    cc: random.integer(1, 4) === 1 ? [stranger(random)] : [],
    bcc: [],
    replyTo: [],
    internetMessageId: `<${mailbox.ids.token(20)}@${sent ? 'contoso' : 'elsewhere'}.example>`,
    references: answeredId === undefined ? [] : [...(answered?.references ?? []), answeredId].slice(-10),
    inReplyTo: answeredId,
    conversationIndex: undefined,
    headers: sent ? [] : [{ name: 'X-Mailer', value: 'Sample 1.0' }],
    importance: random.pick(['normal', 'normal', 'normal', 'high', 'low']),
    categories: random.integer(1, 5) === 1 ? [random.pick(CATEGORIES)[0]] : [],
    flag: { flagStatus: random.pick(['notFlagged', 'notFlagged', 'notFlagged', 'flagged', 'complete']) },
    inferenceClassification: 'focused',
    isDeliveryReceiptRequested: false,
    isReadReceiptRequested: false,
    isDraft: false,
    isRead: sent || random.integer(1, 4) !== 1,
    receivedAt: sentAt + 1000 * random.integer(0, 30),
    sentAt,
    attachments: random.integer(1, 6) === 1 ? [attachment(mailbox, random, random.integer(1, 60_000))] : [],
    properties: new Map(),
    mime: undefined,
  };
}

/** What every mailbox has one of: twins, a draft, no Message-ID, raw MIME, a large attachment, a message in a message. */
function addOddities(cloud: Cloud, mailbox: Mailbox, random: Random, known: readonly MessageContent[]): void {
  const inbox = mailbox.wellKnown('inbox');
  const add = (folder: Folder, content: MessageContent) =>
    mailbox.addMessage(folder, content, Math.min(content.receivedAt, cloud.clock.now()));
  const model = known[0];
  if (model === undefined) return;
  const like = (changes: Partial<MessageContent>): MessageContent => ({
    ...model,
    internetMessageId: `<${mailbox.ids.token(20)}@elsewhere.example>`,
    attachments: [],
    properties: new Map(),
    isDraft: false,
    ...changes,
  });
  const twin = like({ subject: 'Twin' });
  add(inbox, twin);
  add(inbox, { ...twin, properties: new Map() });
  add(mailbox.wellKnown('archive'), { ...twin, properties: new Map() });
  add(mailbox.wellKnown('drafts'), like({ subject: 'Not sent yet', isDraft: true, isRead: true, to: [] }));
  add(inbox, like({ subject: 'Large', attachments: [attachment(mailbox, random, 5 * 1024 * 1024)] }));
  const inner: Attachment = {
    kind: 'item',
    id: mailbox.ids.mutable(),
    name: 'Forwarded',
    contentType: null,
    isInline: false,
    modifiedAt: model.receivedAt,
    item: { '@odata.type': '#microsoft.graph.message', subject: 'Forwarded' },
    mime: Buffer.from('From: bob@elsewhere.example\r\nSubject: Forwarded\r\n\r\nAs it was.\r\n'),
  };
  add(inbox, like({ subject: 'With a message in it', attachments: [inner] }));
  const sentAt = Date.UTC(2003, 4, 5, 6, 7, 8);
  const from = { name: 'Old System', address: 'old@elsewhere.example' };
  const mime = Buffer.from(
    `From: Old System <old@elsewhere.example>\r\nTo: ${mailbox.user.mail}\r\nSubject: No Message-ID\r\n` +
      'Date: Mon, 5 May 2003 06:07:08 +0000\r\nX-Odd:folded\r\n  here\r\n\r\nSeen  by no  program  since.\r\n',
  );
  const content = 'Seen  by no  program  since.\r\n';
  add(
    mailbox.wellKnown('archive'),
    like({
      subject: 'No Message-ID',
      internetMessageId: undefined,
      references: [],
      inReplyTo: undefined,
      importance: 'normal',
      body: { contentType: 'text', content },
      from,
      sender: from,
      headers: [{ name: 'X-Odd', value: 'folded here' }],
      receivedAt: sentAt,
      sentAt,
      mime,
    }),
  );
}

function attachment(mailbox: Mailbox, random: Random, size: number): Attachment {
  return {
    kind: 'file',
    id: mailbox.ids.mutable(),
    name: random.pick(['report.pdf', 'Übersicht.xlsx', '写真.jpg', 'notes (final) v2.txt', 'data']),
    contentType: random.pick(['application/pdf', 'image/jpeg', 'application/octet-stream']),
    isInline: false,
    modifiedAt: OLDEST,
    contentId: null,
    content: [random.bytes(size)],
  };
}

function addressOf(user: DirectoryUser): Address {
  return { name: user.displayName, address: user.mail };
}

function stranger(random: Random): Address {
  const at = random.integer(1, 40);
  return {
    name: `${random.pick(['Customer', 'Kundin', '客户', 'O’Client'])} ${at}`,
    address: `customer${at}@elsewhere.example`,
  };
}
