import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { createInterface } from 'node:readline';

/** The built program, as somebody installs it, with a data folder of its own. */
export interface Program {
  /** What is run, and arguments that go before all others. */
  readonly command: readonly [file: string, ...args: string[]];
  readonly dataDir: string;
  /** Undefined: the embedded database of the data folder. */
  readonly databaseUrl?: string | undefined;
  /** File that its logs go to. */
  readonly log: string;
}

/** Nothing of this process's own settings, which may be those of another installation. */
export const environment = ({ databaseUrl }: Pick<Program, 'databaseUrl'>): NodeJS.ProcessEnv => ({
  PATH: process.env.PATH,
  HOME: process.env.HOME,
  ...(process.env.TMPDIR === undefined ? {} : { TMPDIR: process.env.TMPDIR }),
  ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }),
  // Workers alone don't reach into private networks; here all systems are on this machine.
  STERNA_PRIVATE_HOSTS: '127.0.0.0/8,::1/128',
  STERNA_LOG_LEVEL: 'warn',
});

/**
 * `serve` or `worker`, which say in one line of JSON that they run.
 *
 * @param options.apart in a session of its own: Ctrl-C in our terminal isn't told to it, only what we tell it
 */
export function startProgram(
  program: Program,
  args: readonly string[],
  { env = {}, apart = false }: { readonly env?: NodeJS.ProcessEnv; readonly apart?: boolean } = {},
): ChildProcess {
  const [file, ...before] = program.command;
  const log = openSync(program.log, 'a');
  try {
    return spawn(file, [...before, ...args, '--data', program.dataDir, '--json'], {
      env: { ...environment(program), ...env },
      detached: apart,
      stdio: ['ignore', 'pipe', log],
    });
  } finally {
    closeSync(log);
  }
}

/** @throws Error where it ends without having said so */
export async function readyLine(child: ChildProcess, { log }: Program): Promise<unknown> {
  const over = new AbortController();
  const { signal } = over;
  const ended = once(child, 'exit', { signal }).then(([code, by]): never => {
    throw new Error(`the program ended with ${code ?? by} before it ran; see ${log}`);
  });
  const lines = createInterface({ input: child.stdout as NonNullable<typeof child.stdout> });
  try {
    const [line] = (await Promise.race([once(lines, 'line', { signal }), ended])) as [string];
    return JSON.parse(line);
  } finally {
    over.abort();
    ended.catch(() => {});
  }
}
