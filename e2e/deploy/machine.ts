import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

/** What has to be there, and the Debian package it comes from. */
const NEEDED = [
  { file: '/lib/systemd/systemd', package: 'systemd' },
  { file: '/usr/bin/unshare', package: 'util-linux' },
];

const VENDOR = '/usr/lib/systemd/system';
/** Of Debian's own units those that a service like ours hangs on. All others would begin to run this machine. */
const UNITS = [
  ...['-.slice', 'system.slice', 'init.scope', 'slices.target', 'sockets.target', 'timers.target', 'paths.target'],
  ...['sysinit.target', 'basic.target', 'multi-user.target', 'local-fs.target', 'local-fs-pre.target', 'swap.target'],
  ...['network.target', 'network-online.target', 'shutdown.target', 'umount.target', 'final.target'],
  ...['systemd-journald.service', 'systemd-journald.socket', 'systemd-journald-dev-log.socket'],
];
const WANTED = [
  ['sysinit.target', 'systemd-journald.service'],
  ['sockets.target', 'systemd-journald.socket'],
  ['sockets.target', 'systemd-journald-dev-log.socket'],
] as const;

/**
 * Runs as the first process of the new machine, whose disk is this one's with a layer above it: what is written goes
 * there, in memory, and is gone with the machine. `$1` is that layer's folder; the other arguments are pairs: a folder of
 * this machine, and the place where the new one has it.
 */
const BOOT = `
set -eu
at=$1; shift
root=$at/root
mkdir $at/upper $at/work $root $at/nothing
mount -t overlay -o lowerdir=/,upperdir=$at/upper,workdir=$at/work overlay $root
mount --bind $at/vendor $root${VENDOR}
# Old scripts and generators would start what is installed here.
for place in /usr/lib/systemd/system-generators /etc/init.d /etc/rc2.d /etc/rc3.d /etc/rcS.d; do
  [ ! -d $root$place ] || mount --bind $at/nothing $root$place
done
rm -rf $root/etc/systemd/system $root/var/log/journal $root/var/lib/sterna $root/etc/sterna
mkdir $root/etc/systemd/system $root/etc/sterna
mount -t tmpfs -o mode=755 tmpfs $root/dev
for device in null:1:3 zero:1:5 full:1:7 random:1:8 urandom:1:9 tty:5:0; do
  mknod -m 666 $root/dev/\${device%%:*} c $(echo \${device#*:} | tr : ' ')
done
mkdir $root/dev/shm $root/dev/pts
mount -t devpts -o newinstance,ptmxmode=0666 devpts $root/dev/pts
ln -s pts/ptmx $root/dev/ptmx
mount -t proc proc $root/proc
mount -t sysfs sysfs $root/sys
mount -t tmpfs -o mode=755 tmpfs $root/sys/fs/cgroup
mount -t tmpfs -o mode=755 tmpfs $root/run
mkdir $root/run/lock $root/before
while [ $# -gt 0 ]; do mkdir -p "$root$2"; mount --bind "$1" "$root$2"; shift 2; done
cd $root
pivot_root . before
umount -l /before
exec env -i container=sterna-test PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --system --unit=multi-user.target
`;

/** What `BOOT` needs: a layer above this machine's disk, and a control group. */
const TRY = `
set -eu
mount -t tmpfs tmpfs /tmp
mkdir /tmp/upper /tmp/work /tmp/root
mount -t overlay -o lowerdir=/,upperdir=/tmp/upper,workdir=/tmp/work overlay /tmp/root
for hierarchy in /sys/fs/cgroup/systemd /sys/fs/cgroup; do
  [ -e $hierarchy/cgroup.procs ] || continue
  mkdir $hierarchy/sterna-try-$$
  rmdir $hierarchy/sterna-try-$$
done
`;

/** In words; undefined where machines can be started. Most containers can't: that takes the rights of root on a whole machine. */
export function whyNoMachine(): string | undefined {
  const missing = NEEDED.filter(({ file }) => !existsSync(file)).map((one) => one.package);
  if (missing.length > 0) return `Debian’s ${missing.join(' and ')} is missing: apt-get install ${missing.join(' ')}`;
  const { status, stderr } = spawnSync('unshare', [...NAMESPACES, '--propagation', 'private', 'sh', '-c', TRY], {
    encoding: 'utf8',
  });
  return status === 0 ? undefined : `this machine doesn’t let another one run in it: ${stderr.trim()}`;
}

/** Of a machine under load. */
const LONGEST_BOOT_MS = 90_000;
const NAMESPACES = ['--pid', '--fork', '--kill-child', '--mount', '--uts', '--ipc', '--net', '--cgroup'];

/**
 * A machine within this one that runs systemd as its first process: with this one's programs, its own processes, network,
 * users and disk, and no services but those that are put into it.
 */
export class Machine {
  readonly #folder: string;
  readonly #child: ChildProcess;
  readonly #groups: readonly string[];
  readonly #pid: number;

  private constructor(folder: string, child: ChildProcess, groups: readonly string[], pid: number) {
    this.#folder = folder;
    this.#child = child;
    this.#groups = groups;
    this.#pid = pid;
  }

  /** @param folders of this machine → where the new one has them */
  static async boot(folders: Readonly<Record<string, string>>): Promise<Machine> {
    const folder = mkdtempSync('/tmp/sterna-machine-');
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'mode=755', 'tmpfs', folder]);
    const groups: string[] = [];
    try {
      putVendorUnits(join(folder, 'vendor'));
      makeControlGroups(folder, groups);
    } catch (thrown) {
      removeAll(folder, groups);
      throw thrown;
    }
    // The shell moves itself into its control groups before it becomes the machine, which then sees no others. It ends with us.
    const move = groups.map((group) => `echo $$ > ${group}/cgroup.procs`).join('; ');
    const child = spawn(
      '/bin/sh',
      [
        ...[
          '-c',
          `${move}; exec setpriv --pdeathsig KILL unshare "$@"`,
          'sterna-machine',
          ...NAMESPACES,
          '--propagation',
          'private',
        ],
        ...['sh', '-c', BOOT, 'boot', folder, ...Object.entries(folders).flat()],
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    let said = '';
    child.stderr?.on('data', (part) => {
      said += part;
    });
    const over = once(child, 'exit');
    const deadline = performance.now() + LONGEST_BOOT_MS;
    for (;;) {
      const pid = childOf(child.pid as number);
      // Before that its disk is still this machine's, and so is who would answer.
      const machine = pid !== undefined && isSystemd(pid) ? new Machine(folder, child, groups, pid) : undefined;
      if (machine?.try('systemctl', 'is-active', 'multi-user.target').status === 0) return machine;
      const late = new Promise((resolve) => setTimeout(resolve, 50));
      const isOver = (await Promise.race([over.then(() => 'over'), late])) === 'over';
      if (!isOver && performance.now() < deadline) continue;
      if (!isOver) {
        if (pid !== undefined) killed(pid);
        killed(child.pid as number);
        await over;
      }
      removeAll(folder, groups);
      throw new Error(`the machine ${isOver ? 'ended at its start' : 'didn’t come up'}: ${said}`);
    }
  }

  /** Runs a program in it, as root. @throws Error with what it said, unless it ended with 0 */
  run(...command: readonly [string, ...string[]]): string {
    const { status, stdout, stderr } = this.try(...command);
    if (status !== 0) throw new Error(`${command.join(' ')} ended with ${status}: ${stdout}${stderr}`);
    return stdout;
  }

  try(...command: readonly [string, ...string[]]) {
    return spawnSync('nsenter', ['--target', String(this.#pid), '--all', ...command], { encoding: 'utf8' });
  }

  /** Readable for root alone. */
  write(path: string, text: string): void {
    this.run('sh', '-c', 'umask 077; printf %s "$1" > "$2"', 'write', text, path);
  }

  /** A property of a unit, as `systemctl show` tells it. */
  show(unit: string, property: string): string {
    return this.run('systemctl', 'show', '--value', '--property', property, unit).trim();
  }

  journal(unit: string): string {
    return this.run('journalctl', '--no-pager', '--output', 'cat', '--unit', unit);
  }

  /** Pulls the plug. */
  async destroy(): Promise<void> {
    const over =
      this.#child.exitCode === null && this.#child.signalCode === null ? once(this.#child, 'exit') : undefined;
    killed(this.#pid);
    await over;
    removeAll(this.#folder, this.#groups);
  }
}

function putVendorUnits(folder: string): void {
  mkdirSync(folder);
  for (const name of UNITS)
    if (existsSync(join(VENDOR, name))) writeFileSync(join(folder, name), readFileSync(join(VENDOR, name)));
  for (const [by, name] of WANTED) {
    mkdirSync(join(folder, `${by}.wants`), { recursive: true });
    writeFileSync(join(folder, `${by}.wants`, name), readFileSync(join(VENDOR, name)));
  }
}

/** One in each hierarchy that systemd keeps its units in, whichever version of control groups there is. */
function makeControlGroups(folder: string, groups: string[]): void {
  for (const hierarchy of ['/sys/fs/cgroup/systemd', '/sys/fs/cgroup/unified', '/sys/fs/cgroup']) {
    if (!existsSync(join(hierarchy, 'cgroup.procs'))) continue;
    const group = join(hierarchy, folder.replaceAll('/', '-').slice(1));
    mkdirSync(group);
    groups.push(group);
  }
}

/** The innermost first: a control group goes when it is empty. */
function removeGroup(group: string): void {
  for (const entry of readdirSync(group, { withFileTypes: true }))
    if (entry.isDirectory()) removeGroup(join(group, entry.name));
  rmdirSync(group);
}

function removeAll(folder: string, groups: readonly string[]): void {
  for (const group of groups) removeGroup(group);
  execFileSync('umount', ['-l', folder]);
  rmSync(folder, { recursive: true });
}

function childOf(pid: number): number | undefined {
  return readdirSync('/proc')
    .map(Number)
    .find((other) => other > 0 && parentOf(other) === pid);
}

/** The script that makes the machine becomes it when its disk is its own. */
function isSystemd(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'latin1').trim() === 'systemd';
  } catch {
    return false;
  }
}

function killed(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}

function parentOf(pid: number): number | undefined {
  try {
    return Number(/^PPid:\t(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]);
  } catch {
    // It has ended.
    return undefined;
  }
}
