import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The third-party emulator `emulate`, in a process of its own that listens on loopback alone. */
export interface Emulate {
  readonly baseUrl: string;
  readonly token: string;
  stop(): Promise<void>;
}

/** @param email of the one user that it has */
export async function startEmulate(email: string): Promise<Emulate> {
  const folder = mkdtempSync(join(tmpdir(), 'emulate-'));
  const seed = join(folder, 'seed.json');
  const token = 'test_token_of_one_user';
  writeFileSync(
    seed,
    JSON.stringify({
      tokens: { [token]: { login: email, scopes: [] } },
      google: { users: [{ email, name: 'Somebody' }] },
    }),
  );
  const port = await freePort();
  const program = fileURLToPath(import.meta.resolve('emulate/cli'));
  const preload = fileURLToPath(new URL('loopback-only.ts', import.meta.url));
  const child = spawn(
    process.execPath,
    ['--import', preload, program, 'start', '--service', 'google', '--port', String(port), '--seed', seed],
    { stdio: 'ignore', cwd: folder },
  );
  const baseUrl = `http://127.0.0.1:${port}`;
  await answers(baseUrl, child);
  return {
    baseUrl,
    token,
    async stop() {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      rmSync(folder, { recursive: true });
    },
  };
}

async function answers(url: string, child: ChildProcess): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error('emulate ended');
    try {
      await fetch(url);
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
