import type { Random, Size } from '@sterna/simulator-kit';
import { Content } from '../drive/content.ts';
import type { Drive } from '../drive/drive.ts';
import { drivesOf } from '../drive/drives.ts';
import type { Actor, DriveItem } from '../drive/item.ts';
import { zipOf } from '../drive/office.ts';
import { grantTo, linkOf, resolveRecipient, stopInheriting } from '../drive/sharing.ts';
import type { DirectoryUser, Tenant } from '../state/tenant.ts';
import type { Seeder } from './seeder.ts';

/** When the drives were filled, as their change logs tell it. */
const SEEDED = Date.UTC(2026, 7, 1, 9);
const DAY = 24 * 3600 * 1000;

/** Plain files of each person: of the ten with names, and of all others. */
const FILES: Record<Size, readonly [number, number]> = { small: [24, 24], medium: [120, 40], large: [400, 40] };

/** A guest of contoso's. */
const PARTNER = 'partner@adatum.example';

const PROJECTS = ['Aurora', 'Budget', 'Customers', 'Hiring', 'Launch', 'Offsite', 'Research', 'Suppliers'];
const KINDS = ['Draft', 'Figures', 'Minutes', 'Notes', 'Offer', 'Plan', 'Report', 'Review'];
const EXTENSIONS = ['txt', 'md', 'csv', 'pdf', 'docx', 'xlsx', 'pptx', 'png', 'json'];
const WORDS =
  'account agenda answer budget change client date decision draft figure goal idea list meeting note open order part plan price question reason result review risk step team test time topic value week work'.split(
    ' ',
  );

/** What users call files although no program expects it; all of it is allowed by SharePoint. */
const AWKWARD_NAMES = [
  'Café (composed).txt',
  'Cafe\u0301 (decomposed).txt',
  '議事録 2024年度.txt',
  'تقرير.txt',
  '📎 attachments 👩‍🚀.txt',
  "it's 100% #1 & more; really, [v2] {x} ~ +=@!.txt",
  'already%20encoded%2Fname.txt',
  'two  spaces.txt',
  '.hidden',
  'no extension',
  'UPPER.TXT',
  'archive.tar.gz',
  'dots...in...name.txt',
  'a',
  `${'long name '.repeat(18).trim()}.txt`,
];

/** Empty OneDrives, as of people who have looked at theirs once. */
export function provisionDrives(tenant: Tenant): void {
  for (const user of tenant.users.values())
    if (user.purpose === 'user') drivesOf(tenant).provision(user, user.createdAt);
}

/** Files for contoso's people, among them everything awkward; fabrikam's drives, the target, hold one file each. */
export const seedDrive: Seeder = (_cloud, tenant, random, size) => {
  const drives = drivesOf(tenant);
  const people = [...tenant.users.values()].filter(({ purpose }) => purpose === 'user');
  for (const [at, user] of people.entries()) {
    const seeding = new Seeding(drives.provision(user, user.createdAt), user, random);
    if (tenant.domain.startsWith('fabrikam')) {
      seeding.file(seeding.drive.root, 'Welcome to OneDrive.docx', seeding.office('docx', 'Welcome.'));
      continue;
    }
    const [named, others] = FILES[size];
    seeding.projects(user.amounts?.files ?? (at < 10 ? named : others));
    if (at < 10) {
      seeding.versions(people);
      // Who is alone shares nothing.
      if (people.length > 1) seeding.shares(tenant, people);
    }
    if (at === 0) {
      seeding.awkward();
      seeding.large();
    }
  }
};

/** Fills one drive. */
class Seeding {
  readonly drive: Drive;
  readonly #owner: Actor;
  readonly #random: Random;

  constructor(drive: Drive, user: DirectoryUser, random: Random) {
    this.drive = drive;
    this.#owner = actor(user);
    this.#random = random;
  }

  folder(parent: DriveItem, name: string): DriveItem {
    return this.drive.createFolder(parent, name, 'fail', this.#writing()).folder;
  }

  file(parent: DriveItem, name: string, content: Content): DriveItem {
    return this.drive.writeFile(parent, name, content, 'fail', this.#writing()).file;
  }

  projects(files: number): void {
    const { drive } = this;
    const documents = this.folder(drive.root, 'Documents');
    const folders = PROJECTS.map((name) => this.folder(documents, name));
    for (let n = 1; n <= files; n++) {
      const parent = this.#random.pick(folders);
      const year = `${this.#random.integer(2018, 2026)}`;
      const folder =
        this.#random.integer(1, 3) === 1 ? (drive.child(parent, year) ?? this.folder(parent, year)) : parent;
      const extension = this.#random.pick(EXTENSIONS);
      this.file(folder, `${this.#random.pick(KINDS)} ${n}.${extension}`, this.#content(extension));
    }
  }

  /** A workbook that several people saved. */
  versions(people: readonly DirectoryUser[]): void {
    const workbook = this.file(this.drive.root, 'Forecast.xlsx', this.office('xlsx', 'Version 1'));
    for (let n = 2; n <= 5; n++) {
      const modified = workbook.modified + n * DAY;
      const by = n % 2 === 0 ? this.#owner : actor(this.#random.pick(people));
      this.drive.replaceContent(workbook, this.office('xlsx', `Version ${n}`), { by, at: SEEDED, dates: { modified } });
    }
    const log = this.file(this.drive.root, 'Log.txt', Content.of('first\n'));
    this.drive.replaceContent(log, Content.of('first\nsecond\n'), this.#writing());
  }

  shares(tenant: Tenant, people: readonly DirectoryUser[]): void {
    const { drive } = this;
    const others = people.filter(({ id }) => id !== drive.owner.id);
    const outsiders = { allowed: true, guests: drivesOf(tenant).guests, newOnes: true };
    drivesOf(tenant).guests.add(PARTNER);
    const know = (user: DirectoryUser) => resolveRecipient(tenant, { objectId: user.id }, outsiders);
    const shared = this.folder(drive.root, 'Shared');
    const plan = this.file(shared, 'Plan.docx', this.office('docx', 'What we want to do.'));
    const salaries = this.file(shared, 'Salaries.xlsx', this.office('xlsx', 'For two pairs of eyes.'));
    this.file(shared, 'Everything else.txt', this.#content('txt'));
    grantTo(drive, shared, know(this.#random.pick(others)), ['write'], undefined, SEEDED);
    grantTo(drive, plan, know(this.#random.pick(others)), ['read'], undefined, SEEDED);
    grantTo(drive, plan, resolveRecipient(tenant, { email: PARTNER }, outsiders), ['read'], undefined, SEEDED);
    stopInheriting(drive, salaries, SEEDED);
    grantTo(drive, salaries, know(this.#random.pick(others)), ['write'], undefined, SEEDED);
    const link = { applicationId: undefined, applicationName: undefined, expires: undefined, hasPassword: false };
    linkOf(drive, plan, { ...link, type: 'edit', scope: 'organization', people: [] }, SEEDED);
    linkOf(drive, shared, { ...link, type: 'view', scope: 'anonymous', people: [] }, SEEDED);
    linkOf(
      drive,
      salaries,
      { ...link, type: 'view', scope: 'users', people: [know(this.#random.pick(others))] },
      SEEDED,
    );
  }

  awkward(): void {
    const { drive } = this;
    const folder = this.folder(drive.root, 'Awkward');
    for (const name of AWKWARD_NAMES) this.file(folder, name, Content.of(`${name}\n`));
    this.file(folder, 'empty.txt', Content.of(''));
    this.folder(folder, 'Empty folder');
    // The same name in another case, and the same as a folder's: allowed in another folder alone.
    const other = this.folder(folder, 'Other case');
    this.file(other, 'upper.txt', Content.of('lower\n'));
    this.file(other, 'Awkward', Content.of('a file\n'));
    let deep = folder;
    for (let depth = 1; depth <= 12; depth++) deep = this.folder(deep, `Level ${depth}`);
    this.file(deep, 'bottom.txt', Content.of('bottom\n'));
    const broken = this.file(folder, 'Not really.docx', Content.of('This is no ZIP.'));
    drive.setDates(
      broken,
      { created: Date.UTC(1999, 11, 31, 23, 59, 59), modified: Date.UTC(2004, 1, 29, 12) },
      this.#owner,
      SEEDED,
    );
  }

  /** Twelve megabytes, in pieces that share one block of memory. */
  large(): void {
    const block = this.#random.bytes(64 * 1024);
    const media = this.folder(this.drive.root, 'Media');
    this.file(
      media,
      'Recording.mp4',
      new Content([...Array.from({ length: 192 }, () => block), Buffer.from('the end')]),
    );
  }

  office(extension: string, text: string): Content {
    return new Content([
      zipOf({
        '[Content_Types].xml': '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        [`${extension}/document.xml`]: `<document><text>${text}</text></document>`,
      }),
    ]);
  }

  #content(extension: string): Content {
    const words = Array.from({ length: this.#random.integer(5, 400) }, () => this.#random.pick(WORDS)).join(' ');
    if (['docx', 'xlsx', 'pptx'].includes(extension)) return this.office(extension, words);
    if (extension === 'png') return Content.of(this.#random.bytes(this.#random.integer(500, 5000)));
    return Content.of(`${words}\n`);
  }

  #writing() {
    const created = Date.UTC(
      this.#random.integer(2015, 2025),
      this.#random.integer(0, 11),
      this.#random.integer(1, 28),
      8,
      30,
    );
    const modified = created + this.#random.integer(0, 180) * DAY + this.#random.integer(0, 36_000) * 1000;
    return { by: this.#owner, at: SEEDED, dates: { created, modified } };
  }
}

function actor(user: DirectoryUser): Actor {
  return { user: { id: user.id, displayName: user.displayName, email: user.mail } };
}
