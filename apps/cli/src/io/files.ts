import { readFile, writeFile } from 'node:fs/promises';
import { SternaError } from '@sterna/core';
import { type Answer, doneAnswer } from './answer.ts';

/** A file, or stdin for `-`. @throws SternaError config `file-unreadable` */
export async function readInput(path: string): Promise<Buffer> {
  if (path === '-') {
    const chunks: Buffer[] = [];
    for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk));
    return Buffer.concat(chunks);
  }
  try {
    return await readFile(path);
  } catch (thrown) {
    throw new SternaError(
      'config',
      'file-unreadable',
      `The file ${path} can't be read (${(thrown as NodeJS.ErrnoException).code}).`,
      {
        fix: 'Check its name and rights.',
        cause: thrown,
      },
    );
  }
}

/** An exported chain of events, for `sterna ledger verify`. @throws SternaError config `file-unwritable` */
export async function writeExport(path: string, whole: { readonly events: readonly unknown[] }): Promise<Answer> {
  await writeOutput(path, `${JSON.stringify(whole, null, 1)}\n`);
  const events = whole.events.length;
  return doneAnswer({ file: path, events }, `${events} events are in ${path}.`);
}

/** @throws SternaError config `file-unwritable` */
export async function writeOutput(path: string, text: string, mode?: number): Promise<void> {
  try {
    await writeFile(path, text, mode === undefined ? {} : { mode, flag: 'wx' });
  } catch (thrown) {
    throw new SternaError(
      'config',
      'file-unwritable',
      `The file ${path} can't be written (${(thrown as NodeJS.ErrnoException).code}).`,
      {
        fix: 'Check its folder and rights, and that it does not exist yet where it holds a key.',
        cause: thrown,
      },
    );
  }
}

/** A JSON object from a file, and `key.path=value` words over it; a value that isn't JSON is text. */
export async function readSettings(
  file: string | undefined,
  sets: readonly string[],
): Promise<Record<string, unknown>> {
  const settings: Record<string, unknown> = file === undefined ? {} : await readJsonObject(file);
  for (const word of sets) {
    const at = word.indexOf('=');
    if (at <= 0) {
      throw new SternaError('config', 'setting-invalid', `"${word}" is not of the form NAME=VALUE.`, {
        field: '--set',
        fix: 'Write for example --set host=mail.example or --set dateFilter.to=2024-01-31.',
      });
    }
    const path = word.slice(0, at).split('.');
    const last = path.pop() as string;
    let place = settings;
    for (const key of path) {
      const next = place[key];
      const object: Record<string, unknown> = typeof next === 'object' && next !== null ? { ...next } : {};
      place[key] = object;
      place = object;
    }
    place[last] = settingOf(word.slice(at + 1));
  }
  return settings;
}

function settingOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

async function readJsonObject(path: string): Promise<Record<string, unknown>> {
  const text = (await readInput(path)).toString('utf8');
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Told below.
  }
  throw new SternaError('config', 'file-not-json', `The file ${path} holds no JSON object.`, { fix: 'Correct it.' });
}
