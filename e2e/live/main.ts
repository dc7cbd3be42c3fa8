/**
 * `npm run test:live -- --system NAME --settings FILE`: runs the conformance suites and a small golden organization
 * against an account that somebody owns, in containers of its own, and says which of the simulator's unsure behaviours
 * held there. Nothing else in the account is touched.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { connectors } from '@sterna/connectors';
import { KINDS } from './kinds.ts';
import { type LiveReport, reportOf, tablesOf } from './report.ts';
import { type LiveSettings, PASSWORD_VARIABLE, readLiveSettings } from './settings.ts';

const ROOT = join(import.meta.dirname, '../..');
const PARTS = ['behaviours', 'golden', 'suites'];
const USAGE = `npm run test:live -- --system NAME --settings FILE [--report FILE] [--only ${PARTS.join(',')}]
    [--kinds ${KINDS.join(',')}]

  --system NAME    microsoft365 or google
  --settings FILE  JSON: {"address": "user@domain", "connectorSettings": {…}, "passwordFile": "…"}; the secret (for
                   Google: the service account’s key file) is the content of that file, or ${PASSWORD_VARIABLE}
  --report FILE    where the report goes as JSON (sterna-live-NAME.json)
  --only PARTS     some of it alone
  --kinds KINDS    suites and golden organization of these kinds of content alone

The account's mailbox should be one that is made for tests. What a run makes has a name that begins with
“Sterna test”, and is removed again.`;

class UsageError extends Error {}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (error instanceof UsageError) process.stderr.write(`${error.message}\n\n${USAGE}\n`);
  else process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}

async function main(args: readonly string[]): Promise<number> {
  const options = optionsOf(args);
  if (options === undefined) {
    process.stdout.write(`${USAGE}\n`);
    return 0;
  }
  const settings = readLiveSettings(options.settings, process.env);
  await checkFirst(options.system, settings);
  const report = await run(options, settings);
  writeFileSync(options.report, `${JSON.stringify(report, undefined, 2)}\n`);
  process.stdout.write(`${tablesOf(report)}\n\nThe report is in ${options.report}.\n`);
  return report.tests.some(({ outcome }) => outcome === 'failed') ? 1 : 0;
}

function optionsOf(args: readonly string[]) {
  let values: Record<'system' | 'settings' | 'report' | 'only' | 'kinds', string | undefined> & { help: boolean };
  try {
    values = parseArgs({
      args: [...args],
      options: {
        system: { type: 'string' },
        settings: { type: 'string' },
        report: { type: 'string' },
        only: { type: 'string' },
        kinds: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    }).values as typeof values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
  if (values.help) return undefined;
  const { system, settings, only = PARTS.join(','), kinds } = values;
  if (system === undefined || settings === undefined) throw new UsageError('It needs --system and --settings.');
  if (!connectors.has(system) || !existsSync(join(ROOT, 'packages/connectors', system, 'test/live')))
    throw new UsageError(`There are no live tests of “${system}”.`);
  const strange = only.split(',').find((part) => !PARTS.includes(part));
  if (strange !== undefined) throw new UsageError(`--only knows ${PARTS.join(', ')}, not “${strange}”.`);
  const unknown = kinds?.split(',').find((kind) => !KINDS.includes(kind));
  if (unknown !== undefined) throw new UsageError(`--kinds knows ${KINDS.join(', ')}, not “${unknown}”.`);
  return { system, settings, only, kinds, report: values.report ?? `sterna-live-${system}.json` };
}

/** Wrong settings, missing rights and a wrong secret are told before anything is written. */
async function checkFirst(system: string, { connectorSettings, address, password }: LiveSettings): Promise<void> {
  const connector = connectors.get(system);
  const lines = (await connector?.check({ settings: connectorSettings, credentials: { password } }, address)) ?? [];
  for (const { name, ok, evidence } of lines)
    process.stdout.write(`${ok ? 'ok     ' : 'missing'} ${name}: ${evidence}\n`);
  const missing = lines.filter(({ ok }) => !ok);
  if (missing.length > 0)
    throw new Error(['The account isn’t ready for this.', ...missing.flatMap(({ fix = [] }) => fix)].join('\n'));
}

async function run(
  { system, only, kinds }: { readonly system: string; readonly only: string; readonly kinds: string | undefined },
  settings: LiveSettings,
): Promise<LiveReport> {
  const { connectorSettings, address, password } = settings;
  const folder = mkdtempSync(join(tmpdir(), 'sterna-live-'));
  const [results, entries] = [join(folder, 'tests.json'), join(folder, 'entries.jsonl')] as const;
  const startedAt = new Date();
  try {
    writeFileSync(entries, '');
    const child = spawn(
      process.execPath,
      [
        join(ROOT, 'node_modules/vitest/vitest.mjs'),
        'run',
        '--config',
        join(import.meta.dirname, 'vitest.config.ts'),
        '--reporter=dot',
        '--reporter=json',
        `--outputFile.json=${results}`,
      ],
      {
        cwd: ROOT,
        env: {
          ...process.env,
          STERNA_LIVE_SYSTEM: system,
          STERNA_LIVE_ONLY: only,
          ...(kinds === undefined ? {} : { STERNA_LIVE_KINDS: kinds }),
          STERNA_LIVE_ACCOUNT: JSON.stringify({ system, connectorSettings, address }),
          STERNA_LIVE_OUTPUT: entries,
          [PASSWORD_VARIABLE]: password,
        },
        stdio: ['ignore', 'inherit', 'inherit'],
      },
    );
    await once(child, 'exit');
    if (!existsSync(results)) throw new Error('The tests could not be run.');
    return reportOf({
      system,
      address,
      startedAt,
      endedAt: new Date(),
      tests: readFileSync(results, 'utf8'),
      entries: readFileSync(entries, 'utf8'),
      secrets: secretsIn(password),
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Of a key file its key, too, however it is quoted. */
function secretsIn(password: string): readonly string[] {
  let key: unknown;
  try {
    key = (JSON.parse(password) as { readonly private_key?: unknown } | null)?.private_key;
  } catch {
    key = undefined;
  }
  const secrets = [password, ...(typeof key === 'string' && key !== '' ? [key] : [])];
  return [...new Set(secrets.flatMap((one) => [one, JSON.stringify(one).slice(1, -1)]))];
}
