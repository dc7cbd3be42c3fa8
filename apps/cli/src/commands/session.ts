import { isCancel, text } from '@clack/prompts';
import { SCOPES } from '@sterna/api-contract';
import { SternaError } from '@sterna/core';
import type { Command } from 'commander';
import { handle } from '../context.ts';
import { doneAnswer, fieldsAnswer, listAnswer } from '../io/answer.ts';
import { readId } from '../io/numbers.ts';
import { needSecret } from '../io/secrets.ts';
import type { Terminal } from '../io/terminal.ts';
import { connect, connectAsStranger } from '../remote/connect.ts';
import { forgetCredentials, saveCredentials } from '../remote/credentials-file.ts';
import { findProject } from '../remote/names.ts';

const PASSWORD = `
The password comes from STERNA_PASSWORD, or you are asked on a terminal.`;

export function registerSession(program: Command): void {
  const setup = program
    .command('setup')
    .summary('create the first administrator of a new server')
    .description('Creates the organization and its first administrator on a new server, and signs you in.')
    .option('--organization <name>', 'name of the organization')
    .option('--email <address>', 'sign-in name of the administrator')
    .addHelpText('after', PASSWORD);
  handle<[], { organization?: string; email?: string }>(setup, async ({ options, terminal }) => {
    const { client, baseUrl } = await connectAsStranger(options);
    const organization = await askText(terminal, '--organization', 'Organization', options.organization);
    const email = await askText(terminal, '--email', 'E-mail of the administrator', options.email);
    const password = await needSecret(terminal, 'STERNA_PASSWORD', 'Password (at least 12 characters)');
    const { account, token } = await client.setUp({ body: { organization, email, password } });
    const path = await saveCredentials(baseUrl, token ?? '');
    return doneAnswer(
      { server: baseUrl, account },
      `${email} administers ${organization} on ${baseUrl}. Signed in (${path}).`,
    );
  });

  const login = program
    .command('login')
    .summary('sign in to a server')
    .description('Signs in and keeps a token in ~/.config/sterna/credentials.json, readable for you alone.')
    .option('--email <address>', 'sign-in name')
    .addHelpText('after', PASSWORD);
  handle<[], { email?: string }>(login, async ({ options, terminal }) => {
    const { client, baseUrl } = await connectAsStranger(options);
    const email = await askText(terminal, '--email', 'E-mail', options.email);
    const password = await needSecret(terminal, 'STERNA_PASSWORD', 'Password');
    const { account, token } = await client.signIn({ body: { email, password, token: 'sterna command' } });
    const path = await saveCredentials(baseUrl, token ?? '');
    return doneAnswer({ server: baseUrl, account }, `Signed in to ${baseUrl} as ${account.email} (${path}).`);
  });

  handle(program.command('logout').description('Forget the token of a server.'), async ({ options }) => {
    const { baseUrl } = await connectAsStranger(options);
    await forgetCredentials(baseUrl);
    return doneAnswer(
      { server: baseUrl },
      `Signed out of ${baseUrl}. Revoke the token itself with \`sterna token revoke\`.`,
    );
  });

  handle(program.command('whoami').description('Who am I, and what may I do.'), async ({ options }) => {
    const me = await (await connect(options)).getMe();
    return fieldsAnswer(me, [
      ['email', me.account.email],
      ['role', me.account.role],
      ['organization', `${me.account.organization.name} (${me.account.organization.publicId})`],
      ['scopes', me.scopes.join(', ')],
      ...me.projects.map(({ projectId, role, scopes }): [string, string] => [
        `project ${projectId}`,
        `${scopes.join(', ')}${role === undefined ? '' : ` (${role})`}`,
      ]),
    ]);
  });

  registerTokens(program);
}

function registerTokens(program: Command): void {
  const token = program.command('token').description('API tokens for programs.');
  handle(token.command('list').description('Tokens of the organization.'), async ({ options }) => {
    const { items } = await (await connect(options)).listTokens();
    return listAnswer(
      items,
      [
        { title: 'id', value: (row) => row.id, align: 'right' },
        { title: 'name', value: (row) => row.name },
        { title: 'scopes', value: (row) => row.scopes.join(',') },
        { title: 'projects', value: (row) => row.projects?.join(',') ?? 'all' },
        { title: 'created', value: (row) => row.createdAt },
        { title: 'last used', value: (row) => row.lastUsedAt },
        { title: 'expires', value: (row) => row.expiresAt },
        { title: 'revoked', value: (row) => row.revokedAt },
      ],
      'There are no tokens.',
    );
  });
  const create = token
    .command('create')
    .description('Make a token; it is shown once.')
    .argument('<NAME>')
    .option('--scopes <list>', `comma-separated: ${SCOPES.join(',')}`, 'read')
    .option(
      '--project <project>',
      'limit it to this one (repeatable)',
      (value, before: string[]) => [...before, value],
      [],
    )
    .option('--expires <instant>', 'such as 2027-01-31T00:00:00Z');
  handle<[string], { scopes: string; project: string[]; expires?: string }>(create, async ({ options }, name) => {
    const scopes = options.scopes.split(',').map((word) => {
      const scope = SCOPES.find((known) => known === word.trim());
      if (scope !== undefined) return scope;
      throw new SternaError('config', 'scope-unknown', `There is no scope "${word.trim()}".`, {
        field: '--scopes',
        fix: `Use ${SCOPES.join(', ')}.`,
      });
    });
    const client = await connect(options);
    const projects: number[] = [];
    for (const word of options.project) projects.push((await findProject(client, word)).id);
    const made = await client.createToken({
      body: {
        name,
        scopes,
        ...(projects.length === 0 ? {} : { projects }),
        ...(options.expires === undefined ? {} : { expiresAt: options.expires }),
      },
    });
    return doneAnswer(made, made.token);
  });
  const revoke = token.command('revoke').description('Revoke a token.').argument('<ID>');
  handle<[string], object>(revoke, async ({ options }, id) => {
    const revoked = await (await connect(options)).deleteToken({ params: { id: readId('token', id) } });
    return doneAnswer(revoked, `Token ${revoked.name} is revoked.`);
  });
}

async function askText(
  terminal: Terminal,
  option: string,
  message: string,
  given: string | undefined,
): Promise<string> {
  if (given !== undefined) return given;
  if (!terminal.interactive) {
    throw new SternaError('config', 'option-missing', `${message}: nothing was given.`, {
      field: option,
      fix: `Add ${option}.`,
    });
  }
  const typed = await text({ message, output: process.stderr });
  if (isCancel(typed)) throw new SternaError('config', 'interrupted', 'Interrupted.');
  return typed;
}
