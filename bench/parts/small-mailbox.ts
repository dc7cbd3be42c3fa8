import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClientRun } from '../support/clients.ts';
import type { Lab } from '../support/lab.ts';
import { runPasses } from './copies.ts';

const FOLDERS = 20;

export interface Migrated {
  readonly entry: number;
  /** Of the initial pass. */
  readonly run: ClientRun;
}

const known = new WeakMap<Lab, Map<number, Promise<Migrated>>>();

/** A mailbox of so many small messages in 20 folders, after its initial pass. Made once per run of the benchmark. */
export function migratedMailbox(lab: Lab, messages: number): Promise<Migrated> {
  const ofLab = known.get(lab) ?? new Map<number, Promise<Migrated>>();
  known.set(lab, ofLab);
  const found = ofLab.get(messages) ?? migrate(lab, messages);
  ofLab.set(messages, found);
  return found;
}

async function migrate(lab: Lab, messages: number): Promise<Migrated> {
  const user = `small${messages}`;
  writeSmallMailbox(lab.source.mailRoot(user), messages);
  lab.source.adopt(user);
  const entry = await lab.books.addEntry({ server: lab.source, user }, { server: lab.target, user });
  const pass = await lab.books.queuePass(entry, 'initial');
  const run = await runPasses(lab, [pass]);
  const { created } = await lab.books.check(pass);
  if (created !== messages) throw new Error(`${created} of ${messages} messages were created`);
  console.log(`  ${messages} small messages copied in ${run.seconds.toFixed(1)} s`);
  return { entry, run };
}

/** About 1 kB each, spread evenly. */
export function writeSmallMailbox(root: string, messages: number): void {
  const filler = `${'All the small things that people write to each other, once more. '.repeat(12)}\r\n`;
  const folders = Array.from({ length: FOLDERS }, (_, n) => (n === 0 ? '' : `.Folder ${n}`));
  for (const folder of folders)
    for (const sub of ['cur', 'new', 'tmp']) mkdirSync(join(root, folder, sub), { recursive: true });
  for (let n = 0; n < messages; n++) {
    const seconds = 1_500_000_000 + n;
    const raw = `From: <a@tern.example>\r\nTo: <b@tern.example>\r\nSubject: Note ${n}\r\nMessage-ID: <s${n}@tern.example>\r\nDate: ${new Date(seconds * 1000).toUTCString().replace('GMT', '+0000')}\r\n\r\n${filler}`;
    const name = `${seconds}.M${n}P1.bench,S=${raw.length}:2,S`;
    writeFileSync(join(root, folders[n % FOLDERS] as string, 'cur', name), raw);
  }
}
