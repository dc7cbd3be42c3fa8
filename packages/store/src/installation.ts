import { createHash, hkdfSync, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { chmod, link, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { SternaError } from '@sterna/core';
import { Signer } from './signing-key.ts';

/** What makes this installation this one. Follows from the key file alone, so it survives the loss of the database. */
export interface Installation {
  /** 8 lower-case hexadecimal digits; public. */
  readonly id: string;
  /** 32 bytes; secret. Keys the stamps by which a rebuilt ledger knows our own objects in a target. */
  readonly stampKey: Buffer;
  /** Signs its reports. Survives new keys for stored passwords, and the loss of the database. */
  readonly signer: Signer;
}

/** A 32-byte key of the key file. */
export interface MasterKey {
  /** 0–255: the first byte of a sealed value says with which key it was sealed. */
  readonly id: number;
  readonly sealingKey: Buffer;
}

/** The contents of a key file. */
export interface KeyFile {
  readonly path: string;
  readonly installation: Installation;
  /** In the file's order. The last one seals, all unseal. */
  readonly keys: readonly MasterKey[];
}

export interface KeyFileOptions {
  /** The key file is `keys/secret.key` in it. */
  readonly dataDir?: string | undefined;
  /** A file elsewhere instead; the caller reads STERNA_SECRET_KEY_FILE. It is never made, only read. */
  readonly path?: string | undefined;
  /** Whether a missing file in `dataDir` is made. Say false where the database already holds sealed values. */
  readonly mayCreate?: boolean | undefined;
}

const PREFIX = 'sterna-key-1';
const HEADER = `# Sterna's secret key. Whoever has it and the database can read all stored passwords.
# This file is the recovery kit: keep a copy away from this machine. Without it, stored passwords are lost.
# The first key also names this installation and must stay; add a line to change the key that seals new passwords.
`;

/**
 * Reads the key file, or makes it on first use.
 *
 * @throws SternaError config `secret-key-missing`, `secret-key-unreadable`, `secret-key-damaged`
 */
export async function openKeyFile(options: KeyFileOptions): Promise<KeyFile> {
  if (options.path) return read(resolve(options.path));
  if (!options.dataDir) {
    throw new SternaError('config', 'secret-key-missing', 'No data folder and no key file was named.', {
      fix: 'Name a data folder (--data), or set STERNA_SECRET_KEY_FILE.',
    });
  }
  const path = resolve(options.dataDir, 'keys', 'secret.key');
  if (options.mayCreate !== false && !(await exists(path))) await create(path);
  const keyFile = await read(path);
  await closeToOthers(path);
  return keyFile;
}

async function read(path: string): Promise<KeyFile> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    const isMissing = code === 'ENOENT' || code === 'ENOTDIR';
    throw new SternaError(
      'config',
      isMissing ? 'secret-key-missing' : 'secret-key-unreadable',
      isMissing ? `The secret key file ${path} is missing.` : `The secret key file ${path} can't be read (${code}).`,
      { fix: 'Put your copy of it (the recovery kit) there, readable for the user who runs Sterna.', cause },
    );
  }
  return parse(path, text);
}

/**
 * The file as it is now; for a process that meets a key it doesn't know.
 *
 * @throws SternaError config `secret-key-damaged`; errors of the file system
 */
export const readKeyFileAgain = (path: string): KeyFile => parse(path, readFileSync(path, 'utf8'));

function parse(path: string, text: string): KeyFile {
  const masters = text
    .split('\n')
    .map((line, index) => ({ line: line.trim(), number: index + 1 }))
    .filter(({ line }) => line !== '' && !line.startsWith('#'))
    .map(({ line, number }) => parseLine(line, number, path));
  const first = masters[0];
  if (first === undefined) throw damaged(path, undefined);
  return { path, installation: deriveInstallation(first), keys: masters.map(deriveKey) };
}

/** `sterna-key-1:<32 bytes, base64url>:<first 8 hexadecimal digits of the key's SHA-256>`. */
function parseLine(line: string, number: number, path: string): Buffer {
  const [prefix, encoded = '', sum] = line.split(':');
  const master = Buffer.from(encoded, 'base64url');
  if (prefix !== PREFIX || master.length !== 32 || sum !== checksum(master)) throw damaged(path, number);
  return master;
}

function damaged(path: string, line: number | undefined): SternaError {
  const place = line === undefined ? 'holds no key' : `is damaged in line ${line}`;
  return new SternaError('config', 'secret-key-damaged', `The secret key file ${path} ${place}.`, {
    fix: 'Put your copy of it (the recovery kit) back.',
    ...(line !== undefined && { line }),
  });
}

function checksum(master: Buffer): string {
  return createHash('sha256').update(master).digest('hex').slice(0, 8);
}

function derive(master: Buffer, purpose: string, length: number): Buffer {
  return Buffer.from(hkdfSync('sha256', master, 'sterna', purpose, length));
}

function deriveInstallation(master: Buffer): Installation {
  return {
    id: derive(master, 'installation id', 4).toString('hex'),
    stampKey: derive(master, 'stamp key', 32),
    signer: new Signer(derive(master, 'report signing key', 32)),
  };
}

function deriveKey(master: Buffer): MasterKey {
  return { id: derive(master, 'key id', 1)[0] as number, sealingKey: derive(master, 'sealing key', 32) };
}

/**
 * Adds a key, which seals from now on. The file is replaced as a whole: a crash leaves the one or the other.
 *
 * @throws SternaError config as `openKeyFile`, and where the file can't be written
 */
export async function addKey(options: KeyFileOptions): Promise<KeyFile> {
  const before = await openKeyFile({ ...options, mayCreate: false });
  const { path } = before;
  const taken = new Set(before.keys.map(({ id }) => id));
  if (taken.size > 200)
    throw new SternaError(
      'config',
      'secret-keys-many',
      `The key file ${path} holds ${taken.size} keys, too many for another.`,
      {
        fix: 'Seal everything anew (`sterna secrets rotate --reseal-only`), then remove all lines but the first and the last.',
      },
    );
  let line: string;
  // What is sealed names its key by one byte: another key of the same name couldn't be told from it.
  do line = newKeyLine();
  while (taken.has(parse(path, line).keys[0]?.id as number));
  const text = await readFile(path, 'utf8');
  const fresh = `${path}-${process.pid}-${randomBytes(4).toString('hex')}`;
  try {
    const file = await open(fresh, 'wx', 0o600);
    try {
      const { uid, gid } = await stat(path);
      await file.chown(uid, gid).catch(() => {});
      await file.writeFile(`${text.endsWith('\n') ? text : `${text}\n`}${line}`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(fresh, path);
    const folder = await open(dirname(path), 'r');
    await folder.sync().finally(() => folder.close());
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    throw new SternaError(
      'config',
      'secret-key-unwritable',
      `The secret key file ${path} can't be replaced (${code}).`,
      {
        fix: 'Check that its folder can be written and that its disk has room.',
        cause,
      },
    );
  } finally {
    await rm(fresh, { force: true });
  }
  return read(path);
}

/** A line for a key file, with a new random key. */
export function newKeyLine(): string {
  const master = randomBytes(32);
  return `${PREFIX}:${master.toString('base64url')}:${checksum(master)}\n`;
}

/** On disk before it is used. Of two processes that make it at once, the second takes the first one's. */
async function create(path: string): Promise<void> {
  const folder = dirname(path);
  const fresh = join(folder, `.secret.key-${process.pid}-${randomBytes(4).toString('hex')}`);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const file = await open(fresh, 'wx', 0o600);
    try {
      await file.writeFile(HEADER + newKeyLine());
      await file.sync();
    } finally {
      await file.close();
    }
    // Unlike rename, link never replaces a file.
    await link(fresh, path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
    const entry = await open(folder, 'r');
    await entry.sync().finally(() => entry.close());
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    throw new SternaError('config', 'secret-key-unreadable', `The secret key file ${path} can't be made (${code}).`, {
      fix: 'Check that the folder can be written and that its disk has room.',
      cause,
    });
  } finally {
    await rm(fresh, { force: true });
  }
}

/** A copy put back by hand may have come with other rights. */
async function closeToOthers(path: string): Promise<void> {
  const { mode } = await stat(path);
  if ((mode & 0o077) !== 0) await chmod(path, 0o600).catch(() => {});
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
