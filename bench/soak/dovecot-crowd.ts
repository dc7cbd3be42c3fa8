import { chownSync, mkdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Random } from '@sterna/simulator-kit';
import type { Dovecot } from '@sterna/test-servers';
import { maildirContents, messageFiles } from '../support/maildir-contents.ts';
import type { Crowd, Holding, Mailbox, SystemSetUp } from './crowd.ts';

const FOLDERS = ['', '.Projects', '.Kept'] as const;
const MESSAGES = 8;

/** Small Maildirs of a real server, and accounts of another one. */
export function dovecotCrowd(source: Dovecot, target: Dovecot, size: number, random: Random): Crowd {
  const mailboxes = Array.from({ length: size }, (_, at) => {
    const mailbox = new DovecotMailbox(source, target, `soak${at}`, random);
    mailbox.fill();
    return mailbox;
  });
  return { name: 'IMAP', source: setUp(source), target: setUp(target), mailboxes };
}

const setUp = ({ host, port }: Dovecot): SystemSetUp => ({
  connector: 'imap',
  settings: { host, port, tls: 'none' },
  password: 'pw',
});

class DovecotMailbox implements Mailbox {
  readonly from: string;
  readonly to: string;
  readonly #servers: readonly [source: Dovecot, target: Dovecot];
  readonly #random: Random;
  #made = 0;

  constructor(source: Dovecot, target: Dovecot, user: string, random: Random) {
    this.#servers = [source, target];
    this.#random = random;
    this.from = user;
    this.to = user;
  }

  fill(): void {
    const [source] = this.#servers;
    const root = source.mailRoot(this.from);
    for (const folder of FOLDERS)
      for (const sub of ['cur', 'new', 'tmp']) mkdirSync(join(root, folder, sub), { recursive: true });
    // Two of them are the same, byte by byte.
    for (let n = 0; n < MESSAGES; n++) this.#message(n === 0 ? 2 : 1);
    source.adopt(this.from);
  }

  /**
   * A message is delivered, another one goes to another folder as a program on the server moves it. Not under a pass that
   * lists: IMAP has no id by which one message in two folders could be told from two equal ones, so both would be copied.
   */
  async change(isListed: boolean): Promise<void> {
    if (!isListed) this.#moveOne();
    this.#message(1);
  }

  /** Dovecot may have lost sight of a folder for good. */
  async repair(): Promise<void> {
    const [, target] = this.#servers;
    if (target.disk !== undefined) await target.resync(this.to);
  }

  #moveOne(): void {
    const [source] = this.#servers;
    const { path } = this.#random.pick(messageFiles(source, this.from));
    const moved = `${Date.now()}.M${this.#made}.soak:2,S`;
    try {
      renameSync(path, join(source.mailRoot(this.from), this.#random.pick(FOLDERS), 'cur', moved));
    } catch (error) {
      // The server has renamed it meanwhile, with other flags.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }

  source = async (): Promise<Holding> => maildirContents(this.#servers[0], this.from);
  target = async (): Promise<Holding> => maildirContents(this.#servers[1], this.to);

  #message(copies: number): void {
    const word = `${this.from} no. ${++this.#made} ${this.#random.bytes(6).toString('hex')}`;
    const text = [
      'From: Ann <ann@partner.example>',
      `To: ${this.from}@contoso.example`,
      `Subject: ${word}`,
      `Message-ID: <${word.replaceAll(' ', '.')}@partner.example>`,
      'Date: Mon, 02 Mar 2026 09:00:00 +0000',
      '',
      ...Array.from({ length: this.#random.integer(1, 200) }, () => this.#random.bytes(24).toString('hex')),
      '',
    ].join('\r\n');
    const root = this.#servers[0].mailRoot(this.from);
    const folder = join(root, this.#random.pick(FOLDERS));
    const { uid, gid } = statSync(root);
    for (let n = 0; n < copies; n++) {
      const path = join(folder, 'tmp', `${Date.now()}.${this.#made}.${n}.soak`);
      writeFileSync(path, text);
      chownSync(path, uid, gid);
      renameSync(path, join(folder, 'new', basename(path)));
    }
  }
}
