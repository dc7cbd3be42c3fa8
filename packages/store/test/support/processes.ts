import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../../src/database.ts';
import { isRunning } from '../../src/embedded-postgres-process.ts';

/** A folder that every user may enter; its server is stopped and it is removed at the end. */
export async function makeDataDir(): Promise<AsyncDisposable & { path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'sterna-store-'));
  await chmod(path, 0o755);
  return {
    path,
    [Symbol.asyncDispose]: async () => {
      const pid = serverPid(path);
      if (pid !== undefined && isRunning(pid)) process.kill(pid, 'SIGQUIT');
      while (pid !== undefined && isRunning(pid)) await sleep(10);
      await rm(path, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

export function serverPid(dataDir: string): number | undefined {
  try {
    return Number.parseInt(readFileSync(join(dataDir, 'postgres/data/postmaster.pid'), 'utf8'), 10);
  } catch {
    return undefined;
  }
}

export interface Writer {
  readonly process: ChildProcess;
  readonly lines: string[];
  /** Waits until it has printed so many lines. */
  printed(count: number): Promise<void>;
  /** @returns exit code, or signal */
  ended(): Promise<number | string>;
  stop(): Promise<number | string>;
}

export function startWriter(dataDir: string, options: { idle?: boolean; uid?: number; gid?: number } = {}): Writer {
  const script = join(import.meta.dirname, 'writer.ts');
  const child = spawn(process.execPath, [script, dataDir, ...(options.idle ? ['idle'] : [])], {
    stdio: ['pipe', 'pipe', 'inherit'],
    cwd: '/',
    ...(options.uid !== undefined && { uid: options.uid, gid: options.gid ?? options.uid }),
  });
  const lines: string[] = [];
  let rest = '';
  child.stdout.on('data', (chunk) => {
    const parts = (rest + chunk).split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts);
  });
  const end = new Promise<number | string>((resolve) => {
    child.once('close', (code, signal) => resolve(code ?? signal ?? 'unknown'));
    child.once('error', (error) => resolve(error.message));
  });
  let hasEnded = false;
  void end.then(() => {
    hasEnded = true;
  });
  return {
    process: child,
    lines,
    ended: () => end,
    stop: () => {
      child.stdin.write('\n');
      return end;
    },
    async printed(count) {
      while (lines.length < count) {
        if (hasEnded) throw new Error(`The writer ended: ${lines.join('\n')}`);
        await sleep(5);
      }
    },
  };
}

/** Rows of a writer in the database, in order. */
export async function rowsOf(dataDir: string, pid: number | undefined): Promise<number[]> {
  const database = await openDatabase({ dataDir });
  try {
    const { rows } = await database.pool.query('select n from acknowledged where pid = $1 order by n', [pid]);
    return rows.map((row) => row.n);
  } finally {
    await database.close();
  }
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
