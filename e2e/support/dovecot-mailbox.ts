import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Dovecot } from '@sterna/test-servers';
import type { Endpoint } from './direct-pass.ts';

export const imapEndpoint = (server: Pick<Dovecot, 'host' | 'port'>, user: string, more: object = {}): Endpoint => ({
  connector: 'imap',
  settings: { host: server.host, port: server.port, tls: 'none', ...more },
  address: user,
  password: 'pw',
});

/** Folder as stored (`INBOX`, `A.B` in modified UTF-7) → sorted `SHA-256 flags` of every message in it. */
export type MailboxTruth = ReadonlyMap<string, readonly string[]>;

/**
 * What a Maildir++ tree really holds, read from disk by other code than the product's: the digests over the bytes as a
 * server sends them (CRLF, no NUL), and the flags with keywords by name.
 */
export function maildirTruth(root: string): MailboxTruth {
  const truth = new Map<string, string[]>();
  for (const [folder, messages] of maildirMessages(root))
    truth.set(folder, messages.map(({ raw, flags }) => `${digest(raw)} ${flags.join(',')}`).sort());
  return truth;
}

export interface StoredMessage {
  readonly raw: Buffer;
  /** Letters of Maildir, and keywords by name; sorted. */
  readonly flags: readonly string[];
  /** Milliseconds. */
  readonly date: number;
}

/** Folder as stored → its messages, byte by byte. */
export function maildirMessages(root: string): ReadonlyMap<string, readonly StoredMessage[]> {
  const found = new Map<string, StoredMessage[]>();
  const folders = [
    '',
    ...readdirSync(root).filter((name) => name.startsWith('.') && existsSync(join(root, name, 'cur'))),
  ];
  for (const folder of folders) {
    const keywords = readKeywords(join(root, folder, 'dovecot-keywords'));
    const messages: StoredMessage[] = [];
    for (const sub of ['cur', 'new']) {
      const dir = join(root, folder, sub);
      if (!existsSync(dir)) continue;
      for (const name of readdirSync(dir)) {
        const letters = name.split(':2,')[1] ?? '';
        // Dovecot shows `P` (passed on) to no client, so no client can carry it.
        const flags = [...letters.replace('P', '')].map((letter) => keywords.get(letter) ?? letter).sort();
        messages.push({ raw: readFileSync(join(dir, name)), flags, date: statSync(join(dir, name)).mtimeMs });
      }
    }
    found.set(folder === '' ? 'INBOX' : folder.slice(1), messages);
  }
  return found;
}

function digest(bytes: Buffer): string {
  const text = bytes.toString('latin1').replace(/\r?\n/g, '\r\n').replaceAll('\0', '\x80');
  return createHash('sha256').update(text, 'latin1').digest('hex').slice(0, 24);
}

function readKeywords(file: string): Map<string, string> {
  const names = new Map<string, string>();
  if (!existsSync(file)) return names;
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const space = line.indexOf(' ');
    if (space > 0) names.set(String.fromCharCode(97 + Number(line.slice(0, space))), line.slice(space + 1));
  }
  return names;
}

/** Nothing lost, nothing duplicated: what differs, folder by folder; empty where equal. Empty folders don't count. */
export function differences(source: MailboxTruth, target: MailboxTruth): string[] {
  const found: string[] = [];
  for (const folder of new Set([...source.keys(), ...target.keys()])) {
    const left = [...(target.get(folder) ?? [])];
    for (const message of source.get(folder) ?? []) {
      const at = left.indexOf(message);
      if (at === -1) found.push(`${folder}: lost ${message}`);
      else left.splice(at, 1);
    }
    for (const message of left) found.push(`${folder}: extra ${message}`);
  }
  return found;
}
