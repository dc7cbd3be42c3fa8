import type { Command } from 'commander';
import { handle } from '../context.ts';
import { doneAnswer, fieldsAnswer, listAnswer } from '../io/answer.ts';
import { readSettings } from '../io/files.ts';
import { PART_USER_HELP, partSignIns } from '../io/part-sign-ins.ts';
import { askSecret } from '../io/secrets.ts';
import { checkAnswer } from '../io/views.ts';
import { connect } from '../remote/connect.ts';
import { findSystem } from '../remote/names.ts';

interface AddOptions {
  readonly connector: string;
  readonly settings?: string;
  readonly set: readonly string[];
  readonly user?: string;
  readonly password: boolean;
  readonly partUser: readonly string[];
}

const collect = (value: string, before: readonly string[]): string[] => [...before, value];

export function registerSystem(program: Command): void {
  const system = program.command('system').description('Places to read and write.');

  handle(system.command('connectors').description('Kinds of systems that this server knows.'), async ({ options }) => {
    const { items } = await (await connect(options)).listConnectors();
    return listAnswer(
      items,
      [
        { title: 'connector', value: (row) => row.name },
        { title: 'title', value: (row) => row.title },
        { title: 'kinds', value: (row) => row.kinds.join(',') },
        { title: 'reads', value: (row) => (row.canRead ? 'yes' : 'no') },
        { title: 'writes', value: (row) => (row.canWrite ? 'yes' : 'no') },
        {
          title: 'settings',
          value: (row) =>
            Object.keys((row.settingsSchema as { properties?: object } | null)?.properties ?? {}).join(','),
        },
      ],
      'There are no connectors.',
    );
  });

  handle(system.command('list').description('Systems of the organization.'), async ({ options }) => {
    const { items } = await (await connect(options)).listSystems();
    return listAnswer(
      items,
      [
        { title: 'id', value: (row) => row.id, align: 'right' },
        { title: 'name', value: (row) => row.name },
        { title: 'connector', value: (row) => row.connector },
        {
          title: 'credentials',
          value: (row) =>
            [
              ...Object.entries(row.credentials).flatMap(([kind, stored]) => (stored === true ? [kind] : [])),
              ...(row.credentials.parts ?? []),
            ].join(','),
        },
        { title: 'settings', value: (row) => JSON.stringify(row.settings) },
      ],
      'There are no systems yet.',
    );
  });

  const add = system
    .command('add')
    .description('Add a system.')
    .argument('<NAME>')
    .requiredOption('--connector <name>', 'see `sterna system connectors`')
    .option('--settings <file>', "JSON file with the connector's settings, - for stdin")
    .option('--set <name=value>', 'one setting (repeatable)', collect, [])
    .option('--user <name>', 'sign-in name of an administrator account of the system')
    .option('--password', 'ask for a password (or set STERNA_SYSTEM_PASSWORD)', false)
    .option('--part-user <server=name>', PART_USER_HELP, collect, [])
    .addHelpText(
      'after',
      '\nSTERNA_SYSTEM_PASSWORD and STERNA_SYSTEM_ACCESS_TOKEN are stored sealed, and never shown again; so are those of one\n' +
        'server of its mailboxes (STERNA_SYSTEM_CALDAV_PASSWORD and the like, with IMAP, CALDAV, CARDDAV).',
    );
  handle<[string], AddOptions>(add, async ({ options, terminal }, name) => {
    const settings = await readSettings(options.settings, options.set);
    const password = await askSecret(terminal, 'STERNA_SYSTEM_PASSWORD', `Password for ${name}`, {
      optional: !options.password,
    });
    const accessToken = process.env.STERNA_SYSTEM_ACCESS_TOKEN || undefined;
    const credentials = {
      ...(options.user === undefined ? {} : { user: options.user }),
      ...(password === undefined ? {} : { password }),
      ...(accessToken === undefined ? {} : { accessToken }),
      ...partSignIns('STERNA_SYSTEM', options.partUser),
    };
    const made = await (await connect(options)).createSystem({
      body: {
        name,
        connector: options.connector,
        settings,
        ...(Object.keys(credentials).length === 0 ? {} : { credentials }),
      },
    });
    return doneAnswer(
      made,
      `System ${made.name} (${made.id}) is added. Check it with \`sterna system check ${made.name}\`.`,
    );
  });

  const show = system.command('show').description('One system.').argument('<SYSTEM>');
  handle<[string], object>(show, async ({ options }, word) => {
    const found = await findSystem(await connect(options), word);
    return fieldsAnswer(found, [
      ['id', found.id],
      ['name', found.name],
      ['connector', found.connector],
      ['settings', JSON.stringify(found.settings)],
      ['created', found.createdAt],
    ]);
  });

  const check = system
    .command('check')
    .description('Reachability, rights and capabilities, with their evidence.')
    .argument('<SYSTEM>')
    .option('--address <mailbox>', 'sign in to this mailbox for real');
  handle<[string], { address?: string }>(check, async ({ options }, word) => {
    const client = await connect(options);
    const { id } = await findSystem(client, word);
    const body = options.address === undefined ? {} : { address: options.address };
    return checkAnswer(await client.checkSystem({ params: { id }, body }));
  });

  const remove = system.command('remove').description('Remove a system that no project uses.').argument('<SYSTEM>');
  handle<[string], object>(remove, async ({ options }, word) => {
    const client = await connect(options);
    const found = await findSystem(client, word);
    await client.deleteSystem({ params: { id: found.id } });
    return doneAnswer({ removed: found.id }, `System ${found.name} is removed.`);
  });
}
