import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const UNITS = join(import.meta.dirname, '../../deploy/systemd');
const REPOSITORY = join(import.meta.dirname, '../..');
const names = readdirSync(UNITS).filter((name) => name.endsWith('.service'));
const canVerify = existsSync('/usr/bin/systemd-analyze');
if (!canVerify) console.warn('The systemd units are not verified: systemd-analyze is missing.');

describe('the systemd units', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'sterna-units-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.runIf(canVerify).each(names)('%s is one that systemd understands', (name) => {
    // Where the program is installed on a real machine, it is a file that can be run.
    const program = join(folder, 'opt/apps/cli/bin/sterna');
    mkdirSync(join(program, '..'), { recursive: true });
    writeFileSync(program, '#!/bin/sh\n');
    chmodSync(program, 0o755);
    const unit = join(folder, name.replace('@.', '@1.'));
    writeFileSync(unit, readFileSync(join(UNITS, name), 'utf8').replaceAll('/opt/sterna', join(folder, 'opt')));
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', '--recursive-errors=no', unit], {
      encoding: 'utf8',
    });
    // Warnings, such as for a setting that doesn't exist, don't change the status.
    expect(stderr.split('\n').filter((line) => line.includes(folder) || line.includes(name))).toEqual([]);
    expect(status, stderr).toBe(0);
  });

  test.each(names)('%s starts commands and options that there are', (name) => {
    const [, command = '', rest = ''] =
      /^ExecStart=\S+ (\S+)(.*)$/m.exec(readFileSync(join(UNITS, name), 'utf8')) ?? [];
    const { stdout } = spawnSync(join(REPOSITORY, 'apps/cli/bin/sterna'), [command, '--help'], { encoding: 'utf8' });
    expect(stdout).toContain(`Usage: sterna ${command}`);
    for (const option of rest.match(/--[\w-]+/g) ?? []) expect(stdout).toContain(option);
  });
});
