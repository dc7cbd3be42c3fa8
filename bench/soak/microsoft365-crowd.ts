import { createHash } from 'node:crypto';
import type { Random } from '@sterna/simulator-kit';
import {
  calendarMailbox,
  contactMailbox,
  DirectMail,
  type DirectoryUser,
  MIGRATION_APP,
  type Microsoft365,
  todoMailbox,
} from '@sterna/simulator-microsoft365';
import { type Crowd, type Holding, holding, type Mailbox, type SystemSetUp } from './crowd.ts';

const [SOURCE, TARGET] = ['contoso.example', 'fabrikam.example'] as const;
const DAY = Date.UTC(2026, 2, 2, 9);
const FOLDERS = [['INBOX'], ['INBOX', 'Projects'], ['Kept']] as const;
const MESSAGES = 5;
/** Nobody here deletes anything: what lies there is the second copy of what was moved while it was listed. */
const TRASH: ReadonlySet<string> = new Set(['Deleted Items', 'Gelöschte Elemente', 'Éléments supprimés']);

/** Small mailboxes with messages (and twins, byte by byte), events, contacts and tasks, in one tenant and for another. */
export async function microsoft365Crowd(server: Microsoft365, size: number, random: Random): Promise<Crowd> {
  const mailboxes: Mailbox[] = [];
  for (let at = 0; at < size; at++) {
    const from = addPerson(server, SOURCE, `soak${at}`);
    const to = addPerson(server, TARGET, `soak${at}`);
    const mailbox = new CloudMailbox(server, from, to, random);
    await mailbox.fill();
    mailboxes.push(mailbox);
  }
  return { name: 'Microsoft 365', source: setUp(server, SOURCE), target: setUp(server, TARGET), mailboxes };
}

const setUp = ({ baseUrl }: Microsoft365, tenant: string): SystemSetUp => ({
  connector: 'microsoft365',
  settings: { tenant, clientId: MIGRATION_APP.id, baseUrl, loginUrl: baseUrl },
  password: MIGRATION_APP.secret,
});

/** Tenants have 500 people at most by themselves. */
function addPerson(server: Microsoft365, domain: string, name: string): DirectoryUser {
  const { users } = server.tenant(domain);
  const [like] = users.values();
  const address = `${name}@${domain}`;
  const id = server.cloud.ids.guid();
  const person = { ...(like as DirectoryUser), id, userPrincipalName: address, mail: address, displayName: name };
  users.set(id, person);
  return person;
}

class CloudMailbox implements Mailbox {
  readonly from: string;
  readonly to: string;
  readonly #server: Microsoft365;
  readonly #people: readonly [from: DirectoryUser, to: DirectoryUser];
  readonly #random: Random;
  #made = 0;

  constructor(server: Microsoft365, from: DirectoryUser, to: DirectoryUser, random: Random) {
    this.#server = server;
    this.#people = [from, to];
    this.#random = random;
    this.from = from.userPrincipalName;
    this.to = to.userPrincipalName;
  }

  async fill(): Promise<void> {
    for (let n = 0; n < MESSAGES; n++) await this.#message(n === 0 ? 2 : 1);
    this.#event();
    this.#event();
    this.#contact();
    this.#task();
  }

  async change(): Promise<void> {
    const mail = new DirectMail(this.#server, this.from);
    const all = await mail.messages();
    mail.move(this.#random.pick(all).id, this.#random.pick(FOLDERS));
    await this.#message(1);
    this.#random.pick([() => this.#event(), () => this.#contact(), () => this.#task()])();
  }

  source = (): Promise<Holding> => this.#held(this.#people[0]);
  target = (): Promise<Holding> => this.#held(this.#people[1]);

  #word(): string {
    return `${this.#people[0].displayName} no. ${++this.#made} ${this.#random.bytes(6).toString('hex')}`;
  }

  async #message(copies: number): Promise<void> {
    const word = this.#word();
    const mime = messageText(word, this.#random.next() < 0.3 ? this.#random.bytes(20_000) : undefined);
    const folder = this.#random.pick(FOLDERS);
    const mail = new DirectMail(this.#server, this.from);
    for (let n = 0; n < copies; n++) await mail.put(folder, mime, DAY + this.#made * 60_000);
  }

  #event(): void {
    const { cloud } = this.#server;
    const box = calendarMailbox(cloud, this.#server.tenant(SOURCE), this.#people[0]);
    const start = DAY + this.#made * 3_600_000;
    const zoned = (wall: number) => ({ wall, zone: 'UTC' });
    box.addEvent(box.defaultCalendar, {
      subject: this.#word(),
      start: zoned(start),
      end: zoned(start + 1_800_000),
    });
  }

  #contact(): void {
    const box = contactMailbox(this.#server.cloud, this.#server.tenant(SOURCE), this.#people[0]);
    const displayName = this.#word();
    const address = `${displayName.replaceAll(' ', '.')}@partner.example`;
    box.addContact(box.defaultFolder, { displayName, emailAddresses: [{ name: displayName, address }] });
  }

  #task(): void {
    const box = todoMailbox(this.#server.cloud, this.#server.tenant(SOURCE), this.#people[0]);
    const list = [...box.lists.values()].find(({ wellknownListName }) => wellknownListName === 'defaultList');
    if (list !== undefined) box.addTask(list, { title: this.#word() });
  }

  async #held(person: DirectoryUser): Promise<Holding> {
    const { cloud } = this.#server;
    const tenant = this.#server.tenant(person.mail.split('@')[1] as string);
    const lines: unknown[] = [];
    for (const { folder, mime, attachments, receivedAt } of await new DirectMail(
      this.#server,
      person.mail,
    ).messages()) {
      if (TRASH.has(folder[0] ?? '')) continue;
      const text = mime.toString('latin1');
      const files = attachments.map(({ name, content }) => [name, createHash('sha256').update(content).digest('hex')]);
      lines.push([
        'message',
        folder,
        /^Subject: (.*?)\r?$/m.exec(text)?.[1],
        SAYING.exec(text)?.[0],
        files,
        receivedAt,
      ]);
    }
    for (const { fields } of calendarMailbox(cloud, tenant, person).events.values())
      lines.push(['event', fields.subject, fields.start.wall, fields.end.wall]);
    for (const { fields } of contactMailbox(cloud, tenant, person).contacts.values())
      lines.push(['contact', fields.displayName, fields.emailAddresses.map(({ address }) => address)]);
    for (const { fields } of todoMailbox(cloud, tenant, person).tasks.values()) lines.push(['task', fields.title]);
    return holding(lines.map((line) => JSON.stringify(line)));
  }
}

/** The text of a message, whatever the service writes around it. */
const SAYING = /This is the text of [^\r\n]*\. It ends here\./;

function messageText(word: string, file: Buffer | undefined): Buffer {
  const text = `This is the text of ${word}. It ends here.\r\n`;
  const head = [
    'From: Ann <ann@partner.example>',
    'To: soak@contoso.example',
    `Subject: ${word}`,
    `Message-ID: <${word.replaceAll(' ', '.')}@partner.example>`,
    'Date: Mon, 02 Mar 2026 09:00:00 +0000',
    'MIME-Version: 1.0',
  ];
  const plain = ['Content-Type: text/plain; charset=utf-8', '', text];
  if (file === undefined) return Buffer.from([...head, ...plain].join('\r\n'));
  const base64 = (file.toString('base64').match(/.{1,76}/g) ?? []).join('\r\n');
  return Buffer.from(
    [
      ...head,
      'Content-Type: multipart/mixed; boundary=part',
      '',
      '--part',
      ...plain,
      '--part',
      'Content-Type: application/octet-stream; name=file.bin',
      'Content-Disposition: attachment; filename=file.bin',
      'Content-Transfer-Encoding: base64',
      '',
      base64,
      '--part--',
      '',
    ].join('\r\n'),
  );
}
