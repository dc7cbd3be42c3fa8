import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { scratchForTest } from '../support/folders.ts';
import type { LiveReport } from './report.ts';

const MAIN = join(import.meta.dirname, 'main.ts');

export interface LiveOutcome {
  readonly code: number | null;
  readonly output: string;
  readonly report: LiveReport | undefined;
}

/** Runs the command as somebody would who owns an account. */
export async function runLive(of: {
  readonly system: string;
  /** What the settings' file holds, as JSON unless it is text. */
  readonly settings: object | string;
  readonly args: readonly string[];
  /** What the file `secret` beside it holds. */
  readonly fileOf: string;
  /** In the environment; undefined: there is none. */
  readonly secret: string | undefined;
  /** Neither shown nor in the report. */
  readonly hidden: readonly string[];
}): Promise<LiveOutcome> {
  const folder = scratchForTest('live');
  const [file, report] = [join(folder, 'settings.json'), join(folder, 'report.json')];
  writeFileSync(file, typeof of.settings === 'string' ? of.settings : JSON.stringify(of.settings));
  writeFileSync(join(folder, 'secret'), `${of.fileOf}\n`);
  const { STERNA_LIVE_PASSWORD: _, ...env } = process.env;
  const child = spawn(
    process.execPath,
    [MAIN, '--system', of.system, '--settings', file, '--report', report, ...of.args],
    {
      env: { ...env, ...(of.secret === undefined ? {} : { STERNA_LIVE_PASSWORD: of.secret }) },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  const [code] = (await once(child, 'close')) as [number | null];
  let written: string | undefined;
  try {
    written = readFileSync(report, 'utf8');
  } catch {
    written = undefined;
  }
  for (const secret of of.hidden) {
    expect(output).not.toContain(secret);
    expect(written ?? '').not.toContain(secret);
  }
  return { code, output, report: written === undefined ? undefined : (JSON.parse(written) as LiveReport) };
}
