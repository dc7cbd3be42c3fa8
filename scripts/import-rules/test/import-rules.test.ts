import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../../..');

/** A small project with our folders, in which imports can be planted. */
const PACKAGES: Record<string, string> = {
  core: 'packages/core',
  content: 'packages/content',
  'api-contract': 'packages/api-contract',
  'connector-kit': 'packages/connector-kit',
  'connector-suite': 'packages/connector-suite',
  store: 'packages/store',
  engine: 'packages/engine',
  application: 'packages/application',
  connectors: 'packages/connectors/all',
  'connector-imap': 'packages/connectors/imap',
  'connector-archive': 'packages/connectors/archive',
  server: 'apps/server',
  cli: 'apps/cli',
  'sample-mailbox': 'simulators/sample-mailbox',
  'test-servers': 'test-servers',
};

/** File → what it imports. Every one breaks a rule. */
const FORBIDDEN: Record<string, string> = {
  'packages/core/src/a.ts': "import '@sterna/content';",
  'packages/core/src/b.ts': "import { readFileSync } from 'node:fs'; readFileSync('x');",
  'packages/content/src/a.ts': "import '@sterna/connector-kit';",
  'packages/api-contract/src/a.ts': "import type { x } from '@sterna/store'; export type Y = typeof x;",
  'packages/connector-kit/src/a.ts': "import '@sterna/content';",
  'packages/store/src/a.ts': "import '@sterna/engine';",
  'packages/engine/src/a.ts': "import '@sterna/connector-imap';",
  'packages/engine/src/b.ts': "import '@sterna/connectors';",
  'packages/application/src/a.ts': "import '@sterna/connector-imap';",
  'packages/connectors/imap/src/a.ts': "import '@sterna/connector-archive';",
  'packages/connectors/imap/src/b.ts': "import '@sterna/store';",
  'packages/connectors/imap/src/c.ts': "import '@sterna/engine';",
  'packages/connectors/imap/src/d.ts':
    "await using a = f(); function f(): AsyncDisposable { return import('@sterna/store') as never; }",
  'packages/connectors/imap/src/e.ts': "import '@sterna/test-servers';",
  'apps/server/src/routes/a.ts': "import '@sterna/store';",
  'apps/server/src/http/a.ts': "import '@sterna/engine';",
  'apps/cli/src/a.ts': "import '@sterna/server';",
  'apps/cli/src/c.ts': "import './demo/ok.ts';",
  'apps/cli/src/b.ts': "import '@sterna/store';",
  'simulators/sample-mailbox/src/a.ts': "import '@sterna/core';",
  'test-servers/test/a.ts': "import '@sterna/core';",
  'packages/content/test/a.ts': "import '@sterna/store';",
  'packages/engine/src/c.ts': "import '../../core/src/index.ts';",
  'packages/engine/src/circle-1.ts': "import './circle-2.ts';",
  'packages/store/src/b.ts': "import 'fastify';",
  'packages/store/src/c.ts': "import './missing.ts';",
};

/** A circle is reported once, at circle-1. */
const HELPERS = { 'packages/engine/src/circle-2.ts': "import './circle-1.ts';" };

const ALLOWED: Record<string, string> = {
  'packages/content/src/ok.ts': "import '@sterna/core'; import 'node:crypto';",
  'packages/connectors/imap/src/ok.ts':
    "import '@sterna/connector-kit'; import '@sterna/content'; import '@sterna/core';",
  'packages/connectors/all/src/ok.ts': "import '@sterna/connector-imap';",
  'packages/engine/src/ok.ts': "import '@sterna/store'; import '@sterna/connector-kit'; import './index.ts';",
  'packages/application/src/ok.ts': "import '@sterna/engine';",
  'packages/store/test/ok.ts': "import '@sterna/test-servers'; import '../src/index.ts'; import 'node:fs';",
  'packages/connectors/imap/test/ok.ts': "import '@sterna/connector-suite'; import '@sterna/sample-mailbox';",
  'packages/core/test/ok.ts': "import 'node:fs';",
  'apps/cli/src/demo/ok.ts': "import '@sterna/server';",
  'apps/server/src/routes/ok.ts': "import '@sterna/application'; import '../start/ok.ts';",
  'apps/server/src/start/ok.ts': "import '@sterna/store'; import '@sterna/connectors';",
  'apps/cli/src/ok.ts':
    "import type { x } from '@sterna/server'; export const f = (): Promise<typeof x> => import('@sterna/server') as never;",
  'e2e/ok.ts': "import '@sterna/store'; import '@sterna/connector-imap'; import '@sterna/test-servers';",
};

let project: string;
let found: Map<string, string[]>;

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'sterna-rules-'));
  const dependencies = Object.fromEntries(Object.keys(PACKAGES).map((name) => [`@sterna/${name}`, '0']));
  for (const [name, folder] of Object.entries(PACKAGES)) {
    write(`${folder}/src/index.ts`, 'export const x = 1;');
    const manifest = { name: `@sterna/${name}`, type: 'module', exports: { '.': './src/index.ts' }, dependencies };
    write(`${folder}/package.json`, JSON.stringify(manifest));
    const link = join(project, 'node_modules/@sterna', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(project, folder), link);
  }
  write('node_modules/fastify/package.json', '{"name":"fastify","main":"index.js"}');
  write('node_modules/fastify/index.js', '');
  write('package.json', '{"name":"root"}');
  for (const [file, text] of Object.entries({ ...FORBIDDEN, ...HELPERS, ...ALLOWED })) write(file, `${text}\n`);
  found = cruise();
}, 60_000);

afterAll(() => rmSync(project, { recursive: true, force: true }));

function write(file: string, text: string): void {
  mkdirSync(dirname(join(project, file)), { recursive: true });
  writeFileSync(join(project, file), text);
}

/** File → names of the rules that it breaks. */
function cruise(): Map<string, string[]> {
  const run = spawnSync(
    process.execPath,
    [
      '--import',
      join(root, 'scripts/import-rules/older-typescript.mjs'),
      join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs'),
      ...['--config', join(root, '.dependency-cruiser.cjs'), '--output-type', 'json'],
      ...['packages', 'apps', 'simulators', 'test-servers', 'e2e'],
    ],
    { cwd: project, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  );
  const report = JSON.parse(run.stdout) as { summary: { violations: { from: string; rule: { name: string } }[] } };
  return Map.groupBy(report.summary.violations, ({ from }) => from) as never as Map<string, string[]>;
}

describe('import rules', () => {
  it.each(Object.keys(FORBIDDEN))('refuse %s', (file) => {
    expect(found.has(file)).toBe(true);
  });

  it.each(Object.keys(ALLOWED))('pass %s', (file) => {
    expect(found.get(file) ?? []).toEqual([]);
  });
});
