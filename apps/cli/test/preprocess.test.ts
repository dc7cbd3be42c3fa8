import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createLog, type RunningServer, startServer } from '@sterna/server';
import { MIGRATION_APP, type Microsoft365, startMicrosoft365 } from '@sterna/simulator-microsoft365';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Outcome, sterna, testFolder } from './sterna.ts';

let folder: Awaited<ReturnType<typeof testFolder>>;
let server: RunningServer;
let tenants: Microsoft365;
beforeAll(async () => {
  folder = await testFolder();
  [server, tenants] = await Promise.all([
    startServer({
      port: 0,
      dataDir: join(folder.path, 'data'),
      version: '0.0.0',
      concurrency: 1,
      log: createLog({ level: 'fatal' }),
    }),
    startMicrosoft365({ empty: ['fabrikam.example'] }),
  ]);
});
afterAll(async () => {
  await server?.close();
  await tenants?.stop();
  await folder?.remove();
});

const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Outcome> =>
  sterna(args, { STERNA_URL: server.url as string, HOME: folder.path, ...env });

async function ok(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<void> {
  const outcome = await run(args, env);
  expect(outcome.code, `${args.join(' ')}: ${outcome.stderr}`).toBe(0);
}

test('groups and teams are made before their contents, and what is missing is told line by line', async () => {
  await ok(['setup', '--organization', 'Tern', '--email', 'ada@tern.example'], {
    STERNA_PASSWORD: 'correct horse battery',
  });
  for (const domain of ['contoso.example', 'fabrikam.example']) {
    const settings = [
      `tenant=${domain}`,
      `clientId=${MIGRATION_APP.id}`,
      `baseUrl=${tenants.baseUrl}`,
      `loginUrl=${tenants.baseUrl}`,
    ];
    await ok(['system', 'add', domain, '--connector', 'microsoft365', ...settings.flatMap((one) => ['--set', one])], {
      STERNA_SYSTEM_PASSWORD: MIGRATION_APP.secret,
    });
  }
  await ok(['project', 'create', 'move', '--source', 'contoso.example', '--target', 'fabrikam.example']);
  const file = async (name: string, ...lines: readonly string[]): Promise<string> => {
    await writeFile(join(folder.path, name), `${lines.join('\n')}\n`);
    return join(folder.path, name);
  };
  const people = await file('people.csv', 'Source,Target,Kind', 'contoso.example,fabrikam.example,domain');
  await ok(['mapping', 'import', 'move', people]);
  const list = await file(
    'list.csv',
    'Source,Target,ItemType',
    'marketing@contoso.example,marketing@fabrikam.example,team',
    'facilities@contoso.example,facilities@fabrikam.example,group',
    'alice@contoso.example,alice@fabrikam.example,mailbox',
  );
  await ok(['list', 'import', 'move', list]);

  const first = await run(['entry', 'preprocess', 'marketing@contoso.example', '--watch']);
  // Completed, but somebody has to do something.
  expect(first.code, first.stderr).toBe(3);
  expect(first.stdout).toMatch(/^made {5}group marketing@fabrikam\.example$/m);
  expect(first.stdout).toMatch(/^made {5}private channel Budget$/m);
  expect(first.stdout).toMatch(/^missing {2}user partner@adatum\.example\n {9}A guest.+\n {9}To do: Invite the guest/m);
  expect(first.stdout).toMatch(/^missing {2}team license$/m);

  const again = await run(['entry', 'preprocess', 'marketing@contoso.example', '--watch', '--json']);
  expect(JSON.parse(again.stdout)).toMatchObject({ kind: 'preprocess', result: { made: 0, failed: 0 } });

  const many = await run(['list', 'bulk', 'move', 'preprocess', '--all']);
  expect(many.code).toBe(3);
  expect(many.stdout).toContain('A mailbox needs no preprocess');
});

test('what can’t be preprocessed is refused with what to do', async () => {
  const mailbox = await run(['entry', 'preprocess', 'alice@contoso.example']);
  expect(mailbox.code).not.toBe(0);
  expect(mailbox.stderr).toMatch(/^sterna: A mailbox needs no preprocess.+\nFix: .+\n$/);
  const nobody = await run(['entry', 'preprocess', 'nobody@contoso.example']);
  expect(nobody.code).not.toBe(0);
  expect(nobody.stderr).toMatch(/^sterna: .+\nFix: .+\n$/);
  expect((await run(['entry', 'preprocess'])).code).toBe(2);
});
