import { type Counts, countFor, type Random, SENTENCES, type Size, SUBJECTS } from '@sterna/simulator-kit';
import type { Cloud } from '../cloud.ts';
import { Content } from '../drive/content.ts';
import { type Corpus, type NewRevision, userGrant } from '../drive/corpus.ts';
import { corpusOf } from '../drive/drives.ts';
import type { DriveFile, Person, Role } from '../drive/file.ts';
import { DOCUMENT, FOLDER, FORM, mediaTypeOf, PRESENTATION, SHORTCUT, SPREADSHEET } from '../drive/media-types.ts';
import { personOf } from '../drive/principals.ts';
import { zipOf } from '../drive/zip.ts';
import type { Domain } from '../state/domain.ts';
import type { Seeder } from './seeder.ts';

/** When all of it was put there; the files' own dates are older. */
const SEEDED = Date.UTC(2026, 0, 15, 9);
const DAY = 86_400_000;

const FILES: Counts = { small: [12, 12], medium: [60, 60], large: [250, 100, 10] };
/** In each of the shared drives. */
const SHARED: Record<Size, number> = { small: 12, medium: 60, large: 120 };

/** Names that Drive takes and other systems may not. */
const AWKWARD_NAMES = [
  'a/b.txt',
  'back\\slash.txt',
  'question?.txt',
  'star* colon: "quote" <angle> |pipe|.txt',
  ' leading and trailing ',
  'CON',
  'dots...',
  'Übergrößenträger.txt',
  '日本語.txt',
  '🙂.txt',
  `${'long '.repeat(50)}.txt`,
];

/** People's own drives, with what they share, and two shared drives. Alice's holds whatever is awkward. */
export const seedDrive: Seeder = (cloud, domain, random, size) => {
  const corpus = corpusOf(cloud);
  const users = [...domain.users.values()];
  const people = users.map(personOf);
  for (const [at, person] of people.entries()) {
    const seed = new DriveSeed(corpus, person, random);
    seed.documents(users[at]?.amounts?.files ?? countFor(FILES, size, at));
    if (at === 0) {
      seed.awkward();
      seed.shared(people.slice(1), domain, cloud);
    }
  }
  const owner = people[0] as Person;
  for (const name of ['Projects', 'Sales']) {
    const drive = corpus.createDrive(domain.name, name, name, owner, SEEDED);
    const roles = ['fileOrganizer', 'writer', 'commenter', 'reader'] as const;
    for (const [at, role] of roles.entries()) give(drive.root, people[at + 1], role, owner);
    new DriveSeed(corpus, owner, random).fill(drive.root, SHARED[size]);
  }
};

export class DriveSeed {
  readonly #corpus: Corpus;
  readonly #owner: Person;
  readonly #random: Random;
  readonly #root: DriveFile;

  constructor(corpus: Corpus, owner: Person, random: Random) {
    this.#corpus = corpus;
    this.#owner = owner;
    this.#random = random;
    this.#root = corpus.rootOf(owner, SEEDED);
  }

  documents(count: number): void {
    this.fill(this.#folder(this.#root, 'Documents'), count);
    this.#file(this.#root, 'Welcome.txt', Content.of(`Hello, ${this.#owner.displayName}.\n`));
  }

  fill(top: DriveFile, count: number): void {
    let folder = top;
    for (let at = 0; at < count; at++) {
      if (at % 6 === 5) folder = this.#folder(at % 12 === 11 ? top : folder, `Folder ${at}`);
      const subject = this.#random.pick(SUBJECTS);
      const kind = this.#random.integer(0, 4);
      if (kind === 0) this.#native(folder, subject, this.#random.pick([DOCUMENT, SPREADSHEET, PRESENTATION]));
      else if (kind === 1) this.#file(folder, `${subject}.docx`, word(this.#words()));
      else this.#file(folder, `${subject} ${at}.txt`, Content.of(`${this.#words()}\n`));
    }
  }

  awkward(): void {
    const folder = this.#folder(this.#root, 'Awkward');
    for (const name of AWKWARD_NAMES) this.#file(folder, name, Content.of(`${name}\n`));
    for (const text of ['one', 'two']) this.#file(folder, 'Twins.txt', Content.of(text));
    this.#file(folder, 'empty.txt', Content.of(''));
    this.#folder(folder, 'Empty folder');
    this.#native(folder, 'Questions', FORM);
    const versions = this.#file(folder, 'Versions.txt', Content.of('first'));
    for (const text of ['second', 'third']) this.#revise(versions, text);
    const target = { id: versions.id, mimeType: versions.mimeType };
    this.#corpus.create({ name: 'Shortcut', mimeType: SHORTCUT, parent: folder, target }, this.#owner, SEEDED);
    let deep = folder;
    for (let depth = 1; depth <= 12; depth++) deep = this.#folder(deep, `Level ${depth}`);
    this.#file(deep, 'bottom.txt', Content.of('bottom\n'));
    const trashed = this.#file(folder, 'Thrown away.txt', Content.of('gone'));
    this.#corpus.setTrashed(trashed, true, this.#owner, SEEDED);
  }

  shared(others: readonly Person[], domain: Domain, cloud: Cloud): void {
    const folder = this.#folder(this.#root, 'Shared');
    const plan = this.#file(folder, 'Plan.txt', Content.of('the plan'));
    const [first, second] = others;
    give(folder, first, 'writer', this.#owner);
    give(plan, second, 'commenter', this.#owner);
    const link = {
      emailAddress: undefined,
      allowFileDiscovery: false,
      expires: undefined,
      pendingOwner: false,
      view: undefined,
      by: this.#owner,
      at: SEEDED,
    };
    plan.grants.set('anyoneWithLink', {
      ...link,
      id: 'anyoneWithLink',
      type: 'anyone',
      role: 'reader',
      domain: undefined,
      displayName: undefined,
    });
    const everyone = this.#file(folder, 'For all.txt', Content.of('for all'));
    everyone.grants.set(`${domain.id}k`, {
      ...link,
      id: `${domain.id}k`,
      type: 'domain',
      role: 'reader',
      domain: domain.name,
      displayName: domain.name,
    });
    const partner = cloud.findUser('alice@lamna.example') ?? cloud.findUser('alice@nordwind.example');
    if (partner !== undefined && partner.domain !== domain)
      give(everyone, personOf(partner.user), 'reader', this.#owner);
  }

  #folder(parent: DriveFile, name: string): DriveFile {
    return this.#corpus.create({ name, mimeType: FOLDER, parent, ...this.#dates() }, this.#owner, SEEDED);
  }

  #file(parent: DriveFile, name: string, content: Content): DriveFile {
    const mimeType = mediaTypeOf(name);
    return this.#create(parent, name, mimeType, { content, mimeType, originalFilename: name });
  }

  #native(parent: DriveFile, name: string, mimeType: string): DriveFile {
    const text = this.#words();
    return this.#create(parent, name, mimeType, {
      content: Content.of(text),
      native: { text },
      mimeType,
      originalFilename: name,
    });
  }

  #create(parent: DriveFile, name: string, mimeType: string, revision: NewRevision): DriveFile {
    return this.#corpus.create({ name, mimeType, parent, ...this.#dates() }, this.#owner, SEEDED, revision);
  }

  #revise(file: DriveFile, text: string): void {
    const { mimeType } = file;
    const revision = { content: Content.of(text), mimeType, originalFilename: file.name, keepForever: true };
    this.#corpus.addRevision(file, revision, this.#owner, SEEDED, file.modified + DAY);
  }

  #words(): string {
    return Array.from({ length: this.#random.integer(1, 20) }, () => this.#random.pick(SENTENCES)).join(' ');
  }

  #dates(): { created: number; modified: number } {
    const created = Date.UTC(
      this.#random.integer(2015, 2025),
      this.#random.integer(0, 11),
      this.#random.integer(1, 28),
      8,
      30,
    );
    return { created, modified: created + this.#random.integer(0, 180) * DAY };
  }
}

function give(file: DriveFile, person: Person | undefined, role: Role, by: Person): void {
  // Few people, few to share with.
  if (person === undefined) return;
  file.grants.set(person.permissionId, { ...userGrant(person, 'writer', by, SEEDED), role });
}

function word(text: string): Content {
  return Content.of(
    zipOf({
      '[Content_Types].xml': '<Types/>',
      'word/document.xml': `<document><p>${text.replaceAll('&', '&amp;')}</p></document>`,
    }),
  );
}
