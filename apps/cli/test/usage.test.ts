import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { buildProgram } from '../src/program.ts';
import { VERSION } from '../src/version.ts';
import { sterna } from './sterna.ts';

const oneOrTwoLines = (stderr: string): void => {
  const lines = stderr.trimEnd().split('\n');
  expect(lines.length, stderr).toBeLessThanOrEqual(2);
  expect(lines[0]).toMatch(/^sterna: \S/);
  if (lines[1] !== undefined) expect(lines[1]).toMatch(/^Fix: \S/);
  expect(stderr).not.toMatch(/\n\s+at |node:internal|Error:/);
};

test('help names every command group and the exit codes', async () => {
  const { code, stdout } = await sterna(['--help']);
  expect(code).toBe(0);
  for (const word of ['demo', 'copy', 'restore', 'serve', 'entry', 'remigrate', 'license', 'ledger', 'Exit codes'])
    expect(stdout).toContain(word);
});

test('every command of the tree has a description', () => {
  const visit = (command: ReturnType<typeof buildProgram>): void => {
    expect(command.description() || command.summary(), command.name()).not.toBe('');
    for (const child of command.commands) visit(child);
  };
  visit(buildProgram());
});

test('the version is that of the project', async () => {
  const root = JSON.parse(await readFile(new URL('../../../package.json', import.meta.url), 'utf8'));
  expect(VERSION).toBe(root.version);
  expect((await sterna(['--version'])).stdout.trim()).toBe(VERSION);
});

const COPY = ['copy', 'maildir:/nonexistent/a', 'maildir:/nonexistent/b'];

test.each<[string, string[], number, RegExp, Record<string, string>?]>([
  ['unknown option', [...COPY, '--bogus'], 2, /unknown option '--bogus'/i],
  ['unknown command', ['copi'], 2, /unknown command 'copi'/i],
  ['missing argument', ['copy', 'maildir:/a'], 2, /missing required argument 'TARGET'/i],
  ['one word too many, perhaps a secret', ['project', 'show', 'old', 'hunter2'], 2, /got 2\.\nFix/],
  ['no scheme', ['copy', '/var/mail/ada', 'maildir:/b'], 2, /no scheme.*\(source\)/],
  ['unknown scheme', ['copy', 'maildir:/a', 'gopher://hole'], 2, /scheme gopher: is not known.*\(target\)/],
  ['target is the source', ['copy', 'maildir:/a/../a', 'maildir:/a'], 2, /The target is the source: maildir:\/a/],
  ['no user', ['copy', 'imaps://mail.example', 'maildir:/b'], 2, /no user/],
  ['bad port', ['copy', 'imaps://ada@mail.example:99999', 'maildir:/b'], 2, /source/],
  ['password in the address', ['copy', 'imaps://ada:hunter2@mail.example', 'maildir:/b'], 2, /holds a password/],
  ['missing password', ['copy', 'imaps://ada@mail.example', 'maildir:/b'], 2, /no password was given/],
  ['date that is none', [...COPY, '--from', '2024-02-31'], 2, /"2024-02-31" is no date.*--from/],
  ['dates reversed', [...COPY, '--from', '2024-02-01', '--to', '2024-01-01'], 2, /ends .* before it starts.*--to/],
  ['unknown kind', [...COPY, '--kinds', 'message,fax'], 2, /"fax" is not known.*--kinds/],
  ['mapping without =', [...COPY, '--map-folder', 'Old'], 2, /not of the form OLD=NEW/],
  ['mapping in a circle', [...COPY, '--map-folder', 'A=B', '--map-folder', 'B=A'], 2, /circle.*--map-folder/],
  ['two folders into one', [...COPY, '--map-folder', 'A=C', '--map-folder', 'B=C'], 2, /Two folders.*--map-folder/],
  ['dry run to be verified', [...COPY, '--dry-run', '--verify'], 2, /nothing that could be verified.*--verify/],
  [
    'config file missing',
    COPY,
    2,
    /could not be read.*STERNA_SOURCE_CONFIG/,
    { STERNA_SOURCE_CONFIG: '/nonexistent/x' },
  ],
  ['server not reachable', ['project', 'list'], 6, /No answer/, { STERNA_TOKEN: 'x' }],
  ['not signed in', ['project', 'list'], 5, /not signed in/],
  ['bad server URL', ['project', 'list', '--server', 'mail'], 2, /no server URL/],
  ['bad number', ['pass', 'show', 'x'], 2, /no number of a pass/, { STERNA_TOKEN: 'x' }],
  ['bad port of the server', ['serve', '--port', '99999'], 2, /--port/],
  ['unknown service', ['serve', '--services', 'mail'], 2, /no service "mail"/],
  ['no terminal to be asked on', ['login', '--email', 'ada@tern.example'], 2, /no password was given/],
  ['ledger not named', ['ledger', 'verify'], 2, /which ledger/],
  ['ledger that is none', ['ledger', 'verify', '/dev/null'], 2, /not JSON/],
])('%s', async (_name, args, code, words, env) => {
  const outcome = await sterna(args, env);
  oneOrTwoLines(outcome.stderr);
  expect(outcome.stderr).toMatch(words);
  expect(outcome.code).toBe(code);
  expect(outcome.stdout).toBe('');
  expect(outcome.stderr).not.toContain('hunter2');
});

test('with --json an error is one object on stderr, and stdout stays empty', async () => {
  const { code, stdout, stderr } = await sterna([...COPY, '--conflict', 'panic', '--json']);
  expect(code).toBe(2);
  expect(stdout).toBe('');
  expect(JSON.parse(stderr).error).toMatchObject({ code: 'usage', class: 'config' });
});

test('a command group alone shows its help and ends as wrong usage', async () => {
  const { code, stderr } = await sterna(['entry']);
  expect(code).toBe(2);
  expect(stderr).toContain('Usage: sterna entry');
});
