/**
 * What every launcher shares: a private folder, free ports, and a family of processes that can be
 * signalled together and is certain to end, even when the test process itself is killed.
 *
 * Nothing here ever looks for a process by name: a family is the process group of the program we
 * started, its session, and their descendants, all found by id in /proc.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { unmountIn } from './disk.ts';

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export function requireRoot(what: string): void {
  if (process.getuid?.() !== 0) {
    throw new Error(`${what} must be started as root: it gives its files and processes to a system user`);
  }
}

/** A new folder that every user can traverse, so that servers which change user can reach their files. */
export function makeFolder(name: string): string {
  const folder = mkdtempSync(`/tmp/sterna-${name}-`);
  chmodSync(folder, 0o755);
  return folder;
}

const handedOut = new Set<number>();

export function canListen(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.unref();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

/**
 * A port that is free now. It is taken from below the range which the kernel uses for outgoing connections
 * (32768 and up), so it stays free across a restart of the server.
 */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const port = 12_000 + Math.floor(Math.random() * 20_000);
    if (handedOut.has(port)) continue;
    handedOut.add(port);
    if (await canListen(port, host)) return port;
  }
  throw new Error('no free port found');
}

interface ProcessRow {
  pid: number;
  parent: number;
  group: number;
  session: number;
  /** Clock ticks since boot: together with the id it names a process for good, though ids are used again. */
  started: number;
  state: string;
  name: string;
}

function processTable(): ProcessRow[] {
  const rows: ProcessRow[] = [];
  for (const entry of readdirSync('/proc')) {
    const pid = Number(entry);
    if (!Number.isInteger(pid) || pid <= 0) continue;
    let stat: string;
    try {
      stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    } catch {
      continue; // ended meanwhile
    }
    const open = stat.indexOf('(');
    const close = stat.lastIndexOf(')');
    const fields = stat.slice(close + 2).split(' ');
    rows.push({
      pid,
      name: stat.slice(open + 1, close),
      state: fields[0] ?? '?',
      parent: Number(fields[1]),
      group: Number(fields[2]),
      session: Number(fields[3]),
      started: Number(fields[19]),
    });
  }
  return rows;
}

/** The members of the family founded by process `leader` (a group and session leader), the leader first. */
function familyOf(leader: number, leaderStarted: number | undefined): ProcessRow[] {
  const table = processTable().filter((row) => row.state !== 'Z' && row.state !== 'X');
  // An id isn't given out again while it still names a group, so a stranger with this id means that all is over.
  if (table.some((row) => row.pid === leader && row.started !== leaderStarted)) return [];
  const ids = new Set<number>([leader]);
  for (let grown = true; grown; ) {
    grown = false;
    for (const row of table) {
      if (ids.has(row.pid)) continue;
      if (row.group === leader || row.session === leader || ids.has(row.parent)) {
        ids.add(row.pid);
        grown = true;
      }
    }
  }
  return table.filter((row) => ids.has(row.pid)).sort((a, b) => Number(b.pid === leader) - Number(a.pid === leader));
}

/** Whether this process runs; a dead one that nobody has collected yet doesn't. */
export function isAlive(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2));
  } catch {
    return false;
  }
}

function signalQuietly(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // it has ended already
  }
}

export interface FamilyOptions {
  command: string;
  args: string[];
  /** Removed when the test process ends in whatever way. */
  folder: string;
  /** File that receives standard output and standard error. */
  output: string;
  cwd?: string;
  uid?: number;
  gid?: number;
  env?: NodeJS.ProcessEnv;
}

/**
 * Reads `PID STARTED` of the program to watch (`0 0`: none now) and, once our side of the pipe is gone, ends it, its
 * group and its children (PostgreSQL's lead groups of their own), and removes the folder `$1` with what is mounted in it. The start time keeps it
 * from ending a stranger who was given the same id.
 */
const GUARDIAN = `
stat() { { read -r LINE < "/proc/$1/stat"; } 2>/dev/null || return 1; LINE="\${LINE##*) }"; }
started() { stat "$1" || return 1; set -- $LINE; shift 19; echo "$1"; }
parent() { stat "$1" || return 1; set -- $LINE; echo "$2"; }
P=0; T=0
while read -r A B; do P=$A; T=$B; done
[ "$P" = done ] && exit 0
if [ "$P" != 0 ]; then
  NOW=$(started "$P")
  if [ -z "$NOW" ] || [ "$NOW" = "$T" ]; then
    kill -STOP "$P" 2>/dev/null
    KIDS=
    for F in /proc/[0-9]*; do
      K="\${F#/proc/}"
      [ "$(parent "$K")" = "$P" ] && KIDS="$KIDS $K"
    done
    kill -KILL $KIDS "-$P" "$P" 2>/dev/null
  fi
fi
while read -r DEVICE PLACE REST; do
  case "$PLACE" in "$1"/*) umount -l "$PLACE" 2>/dev/null ;; esac
done < /proc/self/mounts
for N in 1 2 3 4 5 6 7 8 9 10; do
  rm -rf -- "$1" 2>/dev/null
  [ -e "$1" ] || exit 0
  sleep 0.3
done
`;

const families = new Set<Family>();
let exitHookInstalled = false;

/**
 * A program and all that it forks. Start, stop and start again: the object stays the same.
 *
 * Three things end it: `stop`/`kill`, the exit hook of this process, and a small shell process (the guardian) that
 * notices when this process was killed, because the pipe between the two closes.
 */
export class Family {
  readonly options: FamilyOptions;
  #child: ChildProcess | undefined;
  #started: number | undefined;
  #members = new Map<number, number>();
  #over = true;
  #ended: Promise<void> = Promise.resolve();
  #guardian: ChildProcess | undefined;
  #killing: Promise<void> | undefined;

  constructor(options: FamilyOptions) {
    this.options = options;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  get running(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** How the program ended, for error messages. */
  get ending(): string {
    const child = this.#child;
    if (!child) return 'never started';
    return child.signalCode ?? `exit code ${child.exitCode}`;
  }

  start(): void {
    if (this.running) throw new Error(`${this.options.command} is running already`);
    const { command, args, output, cwd, uid, gid, env } = this.options;
    const log = openSync(output, 'a');
    const child = spawn(command, args, {
      stdio: ['ignore', log, log],
      detached: true, // a session and group of its own
      cwd: cwd ?? this.options.folder,
      ...(uid === undefined ? {} : { uid }),
      ...(gid === undefined ? {} : { gid }),
      ...(env === undefined ? {} : { env }),
    });
    closeSync(log);
    this.#child = child;
    this.#members.clear();
    this.#over = child.pid === undefined;
    this.#started = processTable().find((row) => row.pid === child.pid)?.started;
    this.#ended = new Promise((resolve) => {
      child.once('exit', () => resolve());
      child.once('error', () => resolve());
    });
    child.unref();
    families.add(this);
    installExitHook();
    this.#guard();
  }

  /** All living processes of the family, the program itself first (while it lives). */
  processes(): { pid: number; name: string; state: string }[] {
    const leader = this.pid;
    if (leader === undefined || this.#over) return [];
    const rows = familyOf(leader, this.#started);
    for (const row of rows) this.#members.set(row.pid, row.started);
    return rows;
  }

  signal(signal: NodeJS.Signals): void {
    for (const { pid } of this.processes()) signalQuietly(pid, signal);
  }

  /** Stops every process where it stands. Repeated until none was forked in between. */
  pause(): void {
    for (let round = 0; round < 20; round++) {
      const awake = this.processes().filter((row) => row.state !== 'T');
      if (awake.length === 0) return;
      for (const { pid } of awake) signalQuietly(pid, 'SIGSTOP');
    }
  }

  resume(): void {
    this.signal('SIGCONT');
  }

  /**
   * SIGKILL for all of them. The parents are stopped first, so that none can fork a process that we miss. One kill at a
   * time: whoever comes meanwhile waits for it too, or it would go on to kill what was started after theirs.
   */
  kill(): Promise<void> {
    this.#killing ??= this.#kill().finally(() => {
      this.#killing = undefined;
    });
    return this.#killing;
  }

  async #kill(): Promise<void> {
    this.killNow();
    if (this.running) this.#child?.ref(); // or node might leave before it has ended
    if (this.pid !== undefined) await this.#ended;
    for (let round = 0; round < 500; round++) {
      const left = this.#remaining();
      if (left.length === 0) break;
      for (const pid of left) signalQuietly(pid, 'SIGKILL');
      await sleep(5);
    }
    this.#over = true;
    families.delete(this);
    this.#guardian?.stdin?.write('0 0\n');
  }

  killNow(): void {
    if (this.pid === undefined || this.#over) return;
    this.pause();
    for (const pid of this.#remaining()) signalQuietly(pid, 'SIGKILL');
  }

  /** The family and those seen in it earlier who outlived their parent (so are nobody's descendants now). */
  #remaining(): number[] {
    const found = new Set(this.processes().map((row) => row.pid));
    for (const row of processTable()) {
      if (row.state !== 'Z' && row.state !== 'X' && this.#members.get(row.pid) === row.started) found.add(row.pid);
    }
    return [...found];
  }

  /** Asks the program to end with `signal`, and kills what is left after `patienceMs`. */
  async stop(signal: NodeJS.Signals = 'SIGTERM', patienceMs = 4000): Promise<void> {
    if (this.running && this.pid !== undefined) {
      this.processes();
      signalQuietly(this.pid, signal);
      this.resume();
      await Promise.race([this.#ended, sleep(patienceMs)]);
    }
    await this.kill();
  }

  /** Ends the guardian too: nothing of the family may be started afterwards. */
  dismissGuardian(): void {
    const guardian = this.#guardian;
    this.#guardian = undefined;
    guardian?.stdin?.end('done\n');
  }

  #guard(): void {
    const pid = this.pid;
    if (pid === undefined) return;
    if (!this.#guardian) {
      this.#guardian = spawn('/bin/sh', ['-c', GUARDIAN, 'sterna-guardian', this.options.folder], {
        stdio: ['pipe', 'ignore', 'ignore'],
        detached: true,
        cwd: '/',
      });
      this.#guardian.unref();
      this.#guardian.stdin?.on('error', () => {});
      (this.#guardian.stdin as unknown as { unref?: () => void } | null)?.unref?.();
    }
    this.#guardian.stdin?.write(`${pid} ${this.#started ?? 0}\n`);
  }
}

function installExitHook(): void {
  if (exitHookInstalled) return;
  exitHookInstalled = true;
  process.on('exit', () => {
    for (const family of families) {
      family.killNow();
      removeFolder(family.options.folder);
    }
  });
}

export function removeFolder(folder: string): void {
  for (let attempt = 0; attempt < 5; attempt++) {
    try {
      unmountIn(folder);
      rmSync(folder, { recursive: true, force: true, maxRetries: 3, retryDelay: 20 });
      return;
    } catch {
      // a dying process wrote a file meanwhile
    }
  }
}

/** Waits until `probe` is true; gives up early when the program ends. */
export async function untilReady(
  family: Family,
  probe: () => Promise<boolean>,
  what: string,
  timeoutMs = 15_000,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    if (!family.running) throw new Error(`${what} ended at start (${family.ending})\n${tail(family.options.output)}`);
    if (await probe()) return;
    if (Date.now() > deadline) {
      throw new Error(`${what} was not ready after ${timeoutMs} ms\n${tail(family.options.output)}`);
    }
    await sleep(15);
  }
}

/** Whether the server at this address greets us with a line starting with `greeting`. */
export function greets(host: string, port: number, greeting: string, timeoutMs = 1000): Promise<boolean> {
  return new Promise((resolve) => {
    let seen = '';
    const socket = connect({ host, port });
    const finish = (answer: boolean) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    const timer = setTimeout(() => finish(false), timeoutMs);
    socket.once('error', () => finish(false));
    socket.once('close', () => finish(false));
    socket.on('data', (chunk) => {
      seen += chunk.toString('latin1');
      if (seen.length >= greeting.length) finish(seen.startsWith(greeting));
    });
  });
}

export function tail(file: string, lines = 30): string {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
  } catch {
    return '';
  }
}

/** Numeric ids of a system user, from /etc/passwd. */
export function systemUser(name: string): { uid: number; gid: number } {
  for (const line of readFileSync('/etc/passwd', 'utf8').split('\n')) {
    const [user, , uid, gid] = line.split(':');
    if (user === name) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new Error(`no system user "${name}": is the server installed? (scripts/install-servers.sh)`);
}
