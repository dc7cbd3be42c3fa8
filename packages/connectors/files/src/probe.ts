import { randomBytes } from 'node:crypto';
import { link, open } from 'node:fs/promises';
import type { NameRules } from '@sterna/core';
import { lookAt } from './entry.ts';
import { asFilesError, errnoOf } from './errors.ts';
import { RULES } from './names.ts';
import type { OpenDir } from './open-dir.ts';
import type { FilesSettings } from './settings.ts';
import { removeIfThere } from './temp-file.ts';

/** Two seconds apart are all dates of FAT. */
const DATE_MS = Date.UTC(2001, 1, 3, 4, 5, 6, 789);
const COARSEST_MS = 2_000;
/** Hardly what a share without modes shows for everything. */
const ODD_MODE = 0o614;

export interface Probe {
  readonly names: NameRules;
  readonly dateKept: boolean;
  /** Modes are kept: who may do what has a meaning there. */
  readonly permissions: boolean;
  /** In the words of `check`. */
  readonly evidence: Readonly<Record<string, string>>;
}

/** What holds without a look at the disk. */
export const unprobed = ({ names }: FilesSettings): Probe => ({
  names: RULES[names],
  dateKept: true,
  permissions: names === 'posix',
  evidence: { names: names === 'windows' ? 'as Windows has them, by the settings' : 'any bytes but / and NUL' },
});

/**
 * Tries on two small files, which are gone afterwards, what the file system makes of names, dates and links.
 *
 * @param isBeside Others may be trying it just now, on other machines too
 * @throws SternaError auth `path-not-allowed`, throttled `over-quota`
 */
export async function probe(dir: OpenDir, settings: FilesSettings, isBeside = false): Promise<Probe> {
  const before = unprobed(settings);
  if (!isBeside) await sweep(dir).catch(() => undefined);
  const own = `.sterna-probe-${process.pid}-${randomBytes(8).toString('hex')}`;
  const name = (suffix: string): Buffer => Buffer.from(`${own}${suffix}.part`);
  const composed = name('\u00e9');
  try {
    const handle = await open(dir.at(composed), 'wx', 0o666);
    try {
      await handle.utimes(DATE_MS / 1000, DATE_MS / 1000);
      await handle.chmod(ODD_MODE);
    } finally {
      await handle.close();
    }
    const stat = await lookAt(dir, composed);
    const difference = Math.abs(Number(stat?.mtimeMs ?? 0) - DATE_MS);
    const ignoresCase = (await lookAt(dir, Buffer.from(composed.toString().toUpperCase()))) !== undefined;
    const normalizes = (await lookAt(dir, name('e\u0301'))) !== undefined;
    const links = await link(dir.at(composed), dir.at(name('2'))).then(
      () => 'hard links',
      (thrown: unknown) => `no hard links (${errnoOf(thrown)}): an empty file holds the place for a moment`,
    );
    const keepsModes = before.permissions && Number((stat?.mode ?? 0n) & 0o777n) === ODD_MODE;
    const told = [
      ...(ignoresCase ? ['upper and lower case are one'] : []),
      ...(normalizes ? ['composed and decomposed characters are one'] : []),
    ];
    return {
      names: {
        ...before.names,
        ...(ignoresCase ? { ignoresCase } : {}),
        ...(normalizes ? { normalizes } : {}),
      },
      dateKept: difference <= COARSEST_MS,
      permissions: keepsModes,
      evidence: {
        ...before.evidence,
        'names that are one': told.length === 0 ? 'none: each name is its own' : told.join('; '),
        dates: difference <= 1 ? 'kept to the millisecond' : `${Math.round(difference)} ms off`,
        rights: keepsModes
          ? 'owner, group, modes and access control lists, where getfacl and setfacl are installed'
          : 'none that last',
        'put in place by': links,
      },
    };
  } catch (thrown) {
    throw asFilesError(thrown, 'the folder of the drive');
  } finally {
    for (const one of [composed, name('2')]) await removeIfThere(dir, one).catch(() => undefined);
  }
}

/** What a process left that was killed while it tried: the name says which one. */
async function sweep(dir: OpenDir): Promise<void> {
  for await (const name of dir.names()) {
    const [, pid] = /^\.sterna-probe-(\d+)-[0-9a-f]{16}.*\.part$/.exec(name.toString('utf8')) ?? [];
    if (pid !== undefined && !isAlive(Number(pid))) await removeIfThere(dir, name);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    // Somebody else's.
    return errnoOf(thrown) === 'EPERM';
  }
}
