import { spawn } from 'node:child_process';
import { SternaError } from '@sterna/core';

/** An entry of an access control list besides those that the mode holds: `user:ann:rw-` (acl(5)). */
export interface ListEntry {
  readonly type: 'user' | 'group';
  /** Name or number. */
  readonly who: string;
  /** What is left of it by the mask: `rw-`. */
  readonly rights: string;
}

/** Access control lists by the path below the folder; those that say no more than the mode are left out. */
export type AccessLists = ReadonlyMap<string, readonly ListEntry[]>;

const NONE: AccessLists = new Map();

/**
 * All access control lists below a folder, by getfacl(1); none where that isn't installed.
 *
 * @param path Absolute
 */
export async function readLists(path: string, signal: AbortSignal): Promise<AccessLists> {
  const out = await run(
    'getfacl',
    ['--recursive', '--physical', '--skip-base', '--absolute-names', '--', path],
    '',
    signal,
  );
  if (out === undefined) return NONE;
  const found = new Map<string, readonly ListEntry[]>();
  for (const block of out.split('\n\n')) {
    const lines = block.split('\n');
    const file = lines.find((line) => line.startsWith('# file: '))?.slice('# file: '.length);
    if (file === undefined) continue;
    const entries = lines.flatMap((line): ListEntry[] => {
      const [, type, who, rights, effective] =
        /^(user|group):([^:]+):([r-][w-][x-])(?:\s+#effective:([r-][w-][x-]))?/.exec(line) ?? [];
      if (type === undefined || who === undefined || rights === undefined) return [];
      return [{ type: type as 'user' | 'group', who: unescaped(who), rights: effective ?? rights }];
    });
    if (entries.length === 0) continue;
    const full = unescaped(file);
    found.set(full === path ? '' : full.slice(path === '/' ? 1 : path.length + 1), entries);
  }
  return found;
}

/**
 * Gives a file or folder this list besides its mode; none takes away what it has.
 *
 * @returns false where setfacl(1) isn't installed, or the file system has no such lists
 */
export async function writeList(path: string, entries: readonly ListEntry[], signal: AbortSignal): Promise<boolean> {
  const changes = entries.map(({ type, who, rights }) => `${type}:${who}:${rights}`);
  const args = ['--physical', '--remove-all', ...(changes.length === 0 ? [] : ['--modify', changes.join(',')])];
  return (await run('setfacl', [...args, '--', path], '', signal)) !== undefined;
}

/** getfacl writes what would break its lines as `\ooo`. */
const unescaped = (text: string): string => {
  if (!text.includes('\\')) return text;
  const bytes = text.replace(/\P{ASCII}+/gu, (run) => Buffer.from(run, 'utf8').toString('latin1'));
  return Buffer.from(
    bytes.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8))),
    'latin1',
  ).toString('utf8');
};

/** What the program printed; undefined where there is none, or it failed. */
function run(
  command: string,
  args: readonly string[],
  input: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      stdio: ['pipe', 'pipe', 'ignore'],
      env: { PATH: process.env.PATH, LC_ALL: 'C' },
    });
    const chunks: Buffer[] = [];
    const stop = (): void => {
      child.kill('SIGKILL');
      reject(new SternaError('transient', 'aborted', 'The work was stopped.'));
    };
    signal.addEventListener('abort', stop, { once: true });
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    child.on('error', () => resolve(undefined));
    child.on('close', (code) => {
      signal.removeEventListener('abort', stop);
      const out = Buffer.concat(chunks).toString('utf8');
      // getfacl fails for the one file that is gone meanwhile, and has told of all others.
      resolve(code === 0 || (command === 'getfacl' && out !== '') ? out : undefined);
    });
  });
}
