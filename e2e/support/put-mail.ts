import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

export interface NewMail {
  /** Folder as stored (`Archive.2023`); INBOX unless told. */
  readonly folder?: string;
  readonly subject: string;
  /** Received date. */
  readonly date?: Date;
  /** Maildir letters: `S` read, `F` flagged. */
  readonly flags?: string;
  /** Bytes of text behind the header. */
  readonly size?: number;
  /** Other bytes than the ones made from the above. */
  readonly raw?: string;
}

let serial = 0;

export const mailText = ({ subject, date = new Date('2026-01-15T10:00:00Z'), size = 200 }: NewMail): string =>
  [
    `Date: ${date.toUTCString().replace('GMT', '+0000')}`,
    'From: Anna Beispiel <anna@example.org>',
    'To: Bert <bert@example.org>',
    `Subject: ${subject}`,
    `Message-ID: <${subject.replace(/\W+/g, '-')}@example.org>`,
    '',
    `${subject}. `.repeat(Math.ceil(size / (subject.length + 2))).slice(0, size),
    '',
  ].join('\r\n');

/** Writes one message into a Maildir++ tree. */
export function putMail(root: string, mail: NewMail): void {
  const dir = folderOf(root, mail.folder);
  for (const sub of ['cur', 'new', 'tmp']) mkdirSync(join(dir, sub), { recursive: true });
  serial += 1;
  const date = mail.date ?? new Date('2026-01-15T10:00:00Z');
  const file = join(
    dir,
    'cur',
    `${Math.floor(date.getTime() / 1000)}.M${serial}P${process.pid}.test:2,${mail.flags ?? ''}`,
  );
  writeFileSync(file, mail.raw ?? mailText(mail), 'latin1');
  utimesSync(file, date, date);
}

const folderOf = (root: string, folder: string | undefined): string =>
  folder === undefined || folder === 'INBOX' ? root : join(root, `.${folder}`);

/**
 * The server gives messages of a folder new UIDs of the same UIDVALIDITY, as it does where it couldn't keep its list of
 * them on a full disk. Nobody may be signed in.
 */
export function renumber(root: string, folder: string): void {
  const list = join(folderOf(root, folder), 'dovecot-uidlist');
  const [head = '', ...lines] = readFileSync(list, 'latin1').trimEnd().split('\n');
  if (lines.length === 0) throw new Error(`no message in ${list}`);
  writeFileSync(list, `${head}\n`, 'latin1');
  for (const name of readdirSync(dirname(list)))
    if (name.startsWith('dovecot.index') || name === 'dovecot.list.index') rmSync(join(dirname(list), name));
}

/**
 * The server has messages of a folder in place, with letters for their keywords, and not yet written what the letters stand
 * for, as where it is killed in between. It must be killed.
 */
export function forgetKeywords(root: string, folder: string): void {
  const dir = folderOf(root, folder);
  for (const name of readdirSync(dir))
    if (name.startsWith('dovecot.index') || name === 'dovecot-keywords') rmSync(join(dir, name));
}

/**
 * Forgets all that the server knows of the UIDs of a folder, as a restore from backup does: it gives out new ones, of
 * another UIDVALIDITY. Nobody may be signed in.
 */
export function forgetUids(root: string, folder?: string): void {
  const dir = folderOf(root, folder);
  for (const name of readdirSync(dir))
    if (name.startsWith('dovecot.index') || name === 'dovecot-uidlist') rmSync(join(dir, name));
  // The next UIDVALIDITY is counted in the root.
  if (!existsSync(join(root, 'dovecot-uidvalidity'))) return;
  for (const name of readdirSync(root))
    if (/^dovecot-uidvalidity\.[0-9a-f]+$/.test(name)) {
      const next = (Number.parseInt(name.slice(-8), 16) + 7).toString(16).padStart(8, '0');
      renameSync(join(root, name), join(root, `dovecot-uidvalidity.${next}`));
      writeFileSync(join(root, 'dovecot-uidvalidity'), next);
    }
}
