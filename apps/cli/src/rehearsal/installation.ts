import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { type Client, createClient } from '@sterna/api-contract';
import { type Program, readyLine, startProgram } from '@sterna/server/processes';

/** A server of its own with an empty database: nothing of it is anybody's. */
export interface Installation {
  readonly client: Client;
  readonly program: Program;
}

/** This very program, again. */
const SELF = [process.execPath, process.argv[1] as string] as const;

/**
 * @param onEnd is told how to end it as soon as there is anything to end
 * @param signal ends it while it starts
 * @throws Error where it ends before it runs
 */
export async function startInstallation(
  folder: string,
  onEnd: (stop: () => Promise<void>) => void,
  signal: AbortSignal,
): Promise<Installation> {
  signal.throwIfAborted();
  const program: Program = { command: SELF, dataDir: join(folder, 'data'), log: join(folder, 'sterna.log') };
  const server = startProgram(program, ['serve', '--services', 'api', '--port', '0'], OURS);
  const exited = once(server, 'exit');
  // Told twice it would leave its database running.
  let ending: Promise<unknown> | undefined;
  const stop = async (): Promise<void> => {
    if (ending === undefined && server.exitCode === null && server.signalCode === null) server.kill('SIGTERM');
    ending ??= exited;
    await ending;
  };
  onEnd(stop);
  signal.addEventListener('abort', () => void stop(), { once: true });
  const { url: baseUrl } = (await readyLine(server, program)) as { url: string };
  const password = randomBytes(18).toString('base64url');
  const body = { organization: 'Rehearsal', email: 'admin@rehearsal.example', password };
  const { token } = await createClient({ baseUrl }).setUp({ body });
  return { client: createClient({ baseUrl, token }), program };
}

/** A program started so ends when we do, even by SIGKILL (bin/sterna), and is told by us alone to end. */
export const OURS = { env: { STERNA_LAUNCHER_PID: String(process.pid) }, apart: true } as const;
