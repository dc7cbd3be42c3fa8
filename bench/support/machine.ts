import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';

/** What has to be there, and the Debian package it comes from. */
const NEEDED = [
  { file: '/usr/lib/dovecot/imap', package: 'dovecot-imapd' },
  { file: '/usr/bin/mbsync', package: 'isync' },
  { file: '/usr/bin/radicale', package: 'radicale' },
  { file: '/usr/bin/rclone', package: 'rclone' },
];

/** @throws Error that names the missing packages */
export function checkPrograms(): void {
  if (process.getuid?.() !== 0) throw new Error('the mail servers are started as root: run this as root');
  const missing = missingPackages(NEEDED);
  if (missing !== undefined) throw new Error(missing);
}

/** In words, with the command that installs them; undefined where nothing is missing. */
export function missingPackages(
  needed: readonly { readonly file: string; readonly package: string }[],
): string | undefined {
  const missing = needed.filter(({ file }) => !existsSync(file)).map((one) => one.package);
  if (missing.length === 0) return undefined;
  return `missing: Debian’s ${missing.join(' and ')}. Install with: apt-get install ${missing.join(' ')}`;
}

const firstLine = (program: string, ...args: string[]): string =>
  execFileSync(program, args, { encoding: 'utf8' }).trim().split('\n')[0] ?? '';

export function versions(postgres: number): string {
  return [
    `Node ${process.version.slice(1)}`,
    `PostgreSQL ${Math.floor(postgres / 10_000)}.${postgres % 10_000} (embedded, fsync on)`,
    `Dovecot ${firstLine('/usr/sbin/dovecot', '--version').split(' ')[0]}`,
    firstLine('mbsync', '--version').replace(/^isync /, 'mbsync '),
  ].join(', ');
}

export function machine(): string {
  const model = (cpus()[0]?.model ?? 'unknown processor').trim();
  const load = loadavg()[0] ?? 0;
  return `${cpus().length} cores (${model}), ${Math.round(totalmem() / 2 ** 30)} GB, Linux ${release().split('-')[0]}; servers, database and clients share them; load before the runs ${load.toFixed(1)}`;
}
