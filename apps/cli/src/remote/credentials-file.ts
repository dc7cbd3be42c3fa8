import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { SternaError } from '@sterna/core';
import { z } from 'zod';

/** Tokens by server, and which server was signed in to last. */
const fileSchema = z.object({
  server: z.string().optional(),
  tokens: z.record(z.string(), z.string()).default({}),
});
export type SavedCredentials = z.output<typeof fileSchema>;

export const credentialsPath = (): string =>
  join(process.env.XDG_CONFIG_HOME || join(homedir(), '.config'), 'sterna', 'credentials.json');

/** What was saved; nothing where nothing was. @throws SternaError config `credentials-file` */
export async function readCredentials(): Promise<SavedCredentials> {
  const path = credentialsPath();
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return { tokens: {} };
    throw unusable(path, thrown);
  }
  try {
    return fileSchema.parse(JSON.parse(text));
  } catch (thrown) {
    throw unusable(path, thrown);
  }
}

/** Replaced as a whole, readable for its owner alone from the first byte. */
export async function saveCredentials(server: string, token: string): Promise<string> {
  const path = credentialsPath();
  const before = await readCredentials();
  const after: SavedCredentials = { server, tokens: { ...before.tokens, [server]: token } };
  await write(path, after);
  return path;
}

export async function forgetCredentials(server: string): Promise<void> {
  const { [server]: _, ...tokens } = (await readCredentials()).tokens;
  await write(credentialsPath(), { tokens });
}

async function write(path: string, content: SavedCredentials): Promise<void> {
  const fresh = `${path}.${process.pid}`;
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeFile(fresh, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
    await chmod(fresh, 0o600);
    await rename(fresh, path);
  } catch (thrown) {
    await rm(fresh, { force: true });
    throw unusable(path, thrown);
  }
}

const unusable = (path: string, cause: unknown): SternaError =>
  new SternaError('config', 'credentials-file', `The file ${path} can't be used.`, {
    fix: 'Remove it and sign in again with `sterna login`, or set STERNA_TOKEN.',
    cause,
  });
