import { type Counts, countFor, Random, SENTENCES, SUBJECTS } from '@sterna/simulator-kit';
import type { Cloud } from '../cloud.ts';
import { addDraft } from '../gmail/draft-routes.ts';
import type { Label } from '../gmail/labels.ts';
import { fillLater, type Mailbox } from '../gmail/mailbox.ts';
import type { Domain, User } from '../state/domain.ts';
import { type Composed, compose } from './compose.ts';
import type { Seeder } from './seeder.ts';

const MESSAGES: Counts = { small: [40, 40], medium: [250, 120], large: [2000, 1100, 120] };
const NEWEST = Date.UTC(2026, 7, 31, 18);
const OLDEST = Date.UTC(2016, 0, 4, 8);

/** The same in every mailbox: making one takes a moment. */
const LARGE = Buffer.alloc(5 * 1024 * 1024, new Random('large').bytes(65_521));

/** Nested by slashes; a parent needn't be there. */
const LABELS: readonly [name: string, color?: Label['color']][] = [
  ['Projects', { textColor: '#ffffff', backgroundColor: '#16a766' }],
  ['Projects/Alpha & Beta'],
  ['Projects/Alpha & Beta/2024'],
  ['Projects/Alpha & Beta/2024/Invoices', { textColor: '#000000', backgroundColor: '#fad165' }],
  ['Übersicht'],
  ['家族'],
  ['Orphan/without a parent'],
  ['Customers', { textColor: '#ffffff', backgroundColor: '#cc3a21' }],
  ['Empty'],
];

/** Every mailbox is filled when it is first asked for. */
export const seedGmail: Seeder = (cloud, domain, _random, size) => {
  [...domain.users.values()].forEach((user, at) => {
    fillLater(user, (mailbox) =>
      fillMailbox(cloud, domain, mailbox, user.amounts?.messages ?? countFor(MESSAGES, size, at)),
    );
  });
};

/** Fills a mailbox with awkward mail, the same for the same user: benchmarks fill one with more than the rest. */
export function fillMailbox(cloud: Cloud, domain: Domain, mailbox: Mailbox, count: number): void {
  const random = new Random(`mail of ${mailbox.user.id}`);
  const labels = LABELS.map(([name, color]) =>
    mailbox.createLabel({ name, color, messageListVisibility: 'show', labelListVisibility: 'labelShow' }),
  );
  const writer = new Writer(cloud, domain, mailbox, random);
  for (let at = 0; at < count; at++) writer.usual(at, labels);
  writer.oddities(labels);
  addSettings(mailbox, random, labels, [...domain.users.values()]);
}

class Writer {
  readonly #cloud: Cloud;
  readonly #people: readonly User[];
  readonly #mailbox: Mailbox;
  readonly #random: Random;
  readonly #known: Composed[] = [];

  constructor(cloud: Cloud, domain: Domain, mailbox: Mailbox, random: Random) {
    this.#cloud = cloud;
    this.#people = [...domain.users.values()];
    this.#mailbox = mailbox;
    this.#random = random;
  }

  usual(at: number, labels: readonly Label[]): void {
    const random = this.#random;
    const sent = at % 10 === 3;
    const mail = this.#compose(sent);
    this.#known.push(mail);
    // All but one of the labels may be on a message, often several.
    const own = labels.filter(({ name }) => name !== 'Empty' && random.integer(1, 6) === 1).map(({ id }) => id);
    const place = sent
      ? ['SENT']
      : random.pick([['INBOX'], ['INBOX', 'CATEGORY_UPDATES'], [], [], ['SPAM'], ['TRASH']]);
    const states = [
      ...(!sent && random.integer(1, 4) === 1 ? ['UNREAD'] : []),
      ...(random.integer(1, 8) === 1 ? ['STARRED'] : []),
      ...(random.integer(1, 6) === 1 ? ['IMPORTANT'] : []),
    ];
    this.#add(mail, [...place, ...own, ...states]);
  }

  /** What every mailbox has one of: twins, a draft, no Message-ID, bare line ends, a large one, one within another. */
  oddities(labels: readonly Label[]): void {
    const twin: Composed = { ...this.#compose(false), subject: 'Twin' };
    this.#add(twin, ['INBOX']);
    this.#add(twin, [labels[0]?.id ?? 'INBOX']);
    const draft = this.#add({ ...this.#compose(true), subject: 'Not sent yet', to: [] }, ['DRAFT']);
    addDraft(this.#mailbox, draft);
    const large = { name: 'large.bin', type: 'application/octet-stream', content: LARGE };
    this.#add({ ...this.#compose(false), subject: 'Large', attachments: [large] }, ['INBOX']);
    const inner = Buffer.from('From: bob@elsewhere.example\r\nSubject: Forwarded\r\n\r\nAs it was.\r\n');
    const forwarded = { name: '', type: 'message/rfc822', content: inner };
    this.#add({ ...this.#compose(false), subject: 'With a message in it', attachments: [forwarded] }, ['INBOX']);
    this.#addRaw(
      `From: Old System <old@elsewhere.example>\r\nTo: ${this.#mailbox.user.primaryEmail}\r\nSubject: No Message-ID\r\n` +
        'Date: Mon, 5 May 2003 06:07:08 +0000\r\nX-Odd:folded\r\n  here\r\n\r\nSeen  by no  program  since.\r\n',
      [],
    );
    this.#addRaw(
      'From: lines@elsewhere.example\nSubject: Bare line ends\nDate: Tue, 6 May 2003 06:07:08 +0000\n\nunix\n',
      ['INBOX'],
    );
    this.#addRaw('Subject: No date at all\r\nFrom: nobody@elsewhere.example\r\n\r\n\r\n', ['INBOX', 'UNREAD']);
  }

  #compose(sent: boolean): Composed {
    const random = this.#random;
    const { user, ids } = this.#mailbox;
    const owner = `${user.givenName} ${user.familyName} <${user.primaryEmail}>`;
    const colleague = random.pick(this.#people);
    const other =
      random.integer(1, 3) === 1
        ? `${colleague.givenName} ${colleague.familyName} <${colleague.primaryEmail}>`
        : this.#stranger();
    const answered = this.#known.length > 0 && random.integer(1, 3) === 1 ? random.pick(this.#known) : undefined;
    const lines = Array.from({ length: random.integer(1, 12) }, () => random.pick(SENTENCES));
    const html = `<html><body>${lines.map((line) => `<p>${line}</p>`).join('')}</body></html>`;
    const list = !sent && random.integer(1, 8) === 1;
    return {
      from: sent ? owner : other,
      to: [sent ? other : owner],
      cc: random.integer(1, 4) === 1 ? [this.#stranger()] : [],
      subject:
        answered === undefined
          ? random.pick(SUBJECTS).replaceAll('\t', ' ')
          : `Re: ${answered.subject.replace(/^Re: /, '')}`,
      date: 1000 * Math.floor((OLDEST + random.next() * (NEWEST - OLDEST)) / 1000),
      messageId: `${ids.token(20)}@${sent ? 'mail.gmail.com' : 'elsewhere.example'}`,
      references:
        answered?.messageId === undefined ? [] : [...(answered.references ?? []), answered.messageId].slice(-10),
      text: `${lines.join('\r\n')}\r\n`,
      ...(random.integer(1, 2) === 1 ? { html } : {}),
      attachments:
        random.integer(1, 6) === 1
          ? [
              {
                name: random.pick(['report.pdf', 'Übersicht.xlsx', '写真.jpg', 'notes (final) v2.txt', 'data']),
                type: 'application/octet-stream',
                content: random.bytes(random.integer(1, 60_000)),
              },
            ]
          : [],
      headers: list ? ['List-Id: News <news.elsewhere.example>', 'X-Mailer: Sample 1.0'] : [],
    };
  }

  #stranger(): string {
    const at = this.#random.integer(1, 30);
    return `${this.#random.pick(['Jürgen', 'Zoë', 'Sam', '山田'])} ${at} <person${at}@elsewhere.example>`;
  }

  #add(mail: Composed, labels: readonly string[]) {
    const internalDate = Math.min(mail.date + 1000 * this.#random.integer(0, 30), this.#cloud.clock.now());
    return this.#mailbox.add({ raw: compose(mail), labels, internalDate, byReferences: true });
  }

  #addRaw(text: string, labels: readonly string[]): void {
    this.#mailbox.add({ raw: Buffer.from(text), labels, internalDate: Date.UTC(2003, 4, 7) });
  }
}

function addSettings(mailbox: Mailbox, random: Random, labels: readonly Label[], people: readonly User[]): void {
  const { settings, ids, user } = mailbox;
  const filter = (criteria: object, action: object): void => {
    const id = `ANe1Bm${ids.token(44)}`;
    settings.filters.set(id, { id, criteria, action });
  };
  filter({ query: 'list:news.elsewhere.example' }, { addLabelIds: [labels[4]?.id], removeLabelIds: ['INBOX'] });
  filter(
    { from: people[0]?.primaryEmail, negatedQuery: 'subject:private' },
    { addLabelIds: [labels[0]?.id], removeLabelIds: ['INBOX'] },
  );
  // Two of them look for the same: a filter adds one label at most.
  const invoices = { subject: 'invoice', hasAttachment: true };
  filter(invoices, { addLabelIds: [labels[3]?.id] });
  filter(invoices, { addLabelIds: ['STARRED'], removeLabelIds: ['UNREAD'] });
  filter({ from: 'offers@elsewhere.example' }, { addLabelIds: ['TRASH'] });
  filter({ query: 'is:starred older_than:1y' }, { addLabelIds: ['IMPORTANT'] });
  const primary = settings.sendAs.get(user.primaryEmail);
  if (primary !== undefined) primary.signature = `<div>${user.givenName} — ${user.jobTitle ?? ''}</div>`;
  if (random.integer(1, 3) !== 1) return;
  settings.vacation = {
    ...settings.vacation,
    enableAutoReply: true,
    responseSubject: 'Away',
    responseBodyHtml: 'Ich bin am 1. September zurück.<br>Back on September 1st.',
  };
}
