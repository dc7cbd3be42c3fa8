import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { type Client, createClient } from '@sterna/api-contract';
import { type Program, readyLine, startProgram } from '@sterna/server/processes';

/** A server of its own with an empty database: nothing of it is anybody's. */
export interface Installation {
  readonly client: Client;
  readonly program: Program;
  stop(): Promise<void>;
}

/** This very program, again. */
const SELF = [process.execPath, process.argv[1] as string] as const;

export async function startInstallation(folder: string): Promise<Installation> {
  const program: Program = { command: SELF, dataDir: join(folder, 'data'), log: join(folder, 'sterna.log') };
  const server = startProgram(program, ['serve', '--services', 'api', '--port', '0'], AS_CHILD);
  const exited = once(server, 'exit');
  const stop = async (): Promise<void> => {
    if (server.exitCode === null && server.signalCode === null) server.kill('SIGTERM');
    await exited;
  };
  try {
    const { url: baseUrl } = (await readyLine(server, program)) as { url: string };
    const password = randomBytes(18).toString('base64url');
    const body = { organization: 'Rehearsal', email: 'admin@rehearsal.example', password };
    const { token } = await createClient({ baseUrl }).setUp({ body });
    return { client: createClient({ baseUrl, token }), program, stop };
  } catch (thrown) {
    await stop();
    throw thrown;
  }
}

/** A program started so ends when we do, even by SIGKILL (bin/sterna). */
export const AS_CHILD = { STERNA_LAUNCHER_PID: String(process.pid) };
