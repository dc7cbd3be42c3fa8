import { allItems, type Client, type PassView, type ResponseOf } from '@sterna/api-contract';
import { LICENSE_TIERS, SternaError } from '@sterna/core';
import { type Command, Option } from 'commander';
import { type CommandContext, handle } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { type Answer, doneAnswer, listAnswer, textAnswer, withExit } from '../io/answer.ts';
import { readSettings } from '../io/files.ts';
import { PART_USER_HELP, partSignIns } from '../io/part-sign-ins.ts';
import { entryAnswer, entryColumns, noteColumns, passAnswer, passColumns, planAnswer } from '../io/views.ts';
import { connect } from '../remote/connect.ts';
import { findEntry, findProject } from '../remote/names.ts';
import { watchPass } from '../remote/watch.ts';

type Entry = ResponseOf<'getEntry'>;
interface EntryOptions {
  readonly project?: string;
}
interface PassOptions extends EntryOptions {
  readonly watch: boolean;
  readonly tier?: 'standard' | 'trial';
  readonly reason?: string;
  readonly code: readonly string[];
}

const collect = (value: string, before: readonly string[]): string[] => [...before, value];

export function registerEntry(program: Command): void {
  const entry = program.command('entry').description('One mailbox of a project: passes, licenses, plan, reports.');

  const list = entry
    .command('list')
    .description('Entries of a project.')
    .argument('<PROJECT>')
    .option('--search <text>', 'part of an address or name')
    .option('--status <list>', 'one or more statuses, comma-separated')
    .option('--batch <name>', 'only this batch')
    .option('--deleted', 'deleted entries instead of live ones', false);
  handle<[string], { search?: string; status?: string; batch?: string; deleted: boolean }>(
    list,
    async ({ options }, word) => {
      const client = await connect(options);
      const { id } = await findProject(client, word);
      const { search, status, batch, deleted: archived } = options;
      const query = {
        archived,
        ...(search === undefined ? {} : { search }),
        ...(status === undefined ? {} : { status }),
        ...(batch === undefined ? {} : { batch }),
      };
      const rows = await allItems((after) =>
        client.listEntries({
          params: { id },
          query: { ...query, limit: 500, ...(after === undefined ? {} : { after }) },
        }),
      );
      return listAnswer(rows, entryColumns, 'No entry matches.');
    },
  );

  const add = entry
    .command('add')
    .description('Add one entry.')
    .argument('<PROJECT>')
    .argument('<SOURCE>', 'source address')
    .argument('[TARGET]', 'target address (default: the same)')
    .option('--batch <name>')
    .option('--merge', 'allow several entries into one target', false)
    .option('--source-user <name>', 'password: STERNA_SOURCE_PASSWORD')
    .option('--target-user <name>', 'password: STERNA_TARGET_PASSWORD')
    .option('--source-part-user <server=name>', PART_USER_HELP, collect, [])
    .option('--target-part-user <server=name>', PART_USER_HELP, collect, [])
    .addHelpText(
      'after',
      '\nPasswords come from STERNA_SOURCE_PASSWORD and STERNA_TARGET_PASSWORD; of one server of a mailbox from\n' +
        'STERNA_SOURCE_CALDAV_PASSWORD and the like (IMAP, CALDAV, CARDDAV). They are stored sealed, and never shown again.',
    );
  handle<
    [string, string, string | undefined],
    {
      batch?: string;
      merge: boolean;
      sourceUser?: string;
      targetUser?: string;
      sourcePartUser: string[];
      targetPartUser: string[];
    }
  >(add, async ({ options }, word, sourceAddress, target) => {
    const client = await connect(options);
    const { id } = await findProject(client, word);
    const credentials = (side: 'source' | 'target', user: string | undefined, partUsers: readonly string[]) => {
      const prefix = `STERNA_${side.toUpperCase()}`;
      const password = process.env[`${prefix}_PASSWORD`] || undefined;
      const given = {
        ...(user === undefined ? {} : { user }),
        ...(password === undefined ? {} : { password }),
        ...partSignIns(prefix, partUsers),
      };
      return Object.keys(given).length === 0 ? {} : { [`${side}Credentials`]: given };
    };
    const made = await client.createEntries({
      params: { id },
      body: {
        entries: [
          {
            sourceAddress,
            targetAddress: target ?? sourceAddress,
            merge: options.merge,
            ...(options.batch === undefined ? {} : { batch: options.batch }),
            ...credentials('source', options.sourceUser, options.sourcePartUser),
            ...credentials('target', options.targetUser, options.targetPartUser),
          },
        ],
      },
    });
    return entryAnswer(made.items[0] as Entry);
  });

  onEntry(entry, 'show', 'One entry.', async (_client, found) => entryAnswer(found));

  startsPass(
    entry,
    'start',
    'Start a pass: initial the first time (burns the license), delta afterwards.',
    async (client, found, options) => {
      const { tier, reason } = options;
      const body = { ...(tier === undefined ? {} : { tier }), ...(reason === undefined ? {} : { reason }) };
      return client.startEntry({ params: { id: found.id }, body });
    },
  );
  startsPass(
    entry,
    'delta',
    'Start a delta pass: what changed since, on the same license.',
    async (client, found, options) => {
      if (found.status === 'not started') {
        throw new SternaError('config', 'entry-not-started', `Entry ${found.id} has never been started.`, {
          fix: `Start it first: sterna entry start ${found.id}`,
        });
      }
      return client.startEntry({
        params: { id: found.id },
        body: options.reason === undefined ? {} : { reason: options.reason },
      });
    },
  );
  startsPass(entry, 'resume', 'Go on after a stop or failure; wakes a pending pass.', (client, found) =>
    client.resumeEntry({ params: { id: found.id } }),
  );
  startsPass(entry, 'retry', 'A delta pass that tries again what failed.', (client, found, { code }) =>
    client.retryEntry({ params: { id: found.id }, body: code.length === 0 ? {} : { codes: [...code] } }),
  );
  startsPass(
    entry,
    'preprocess',
    'Make its group, team or site in the target, with members and channels, and tell what is missing there. Costs nothing.',
    (client, found) => client.preprocessEntry({ params: { id: found.id } }),
  );
  startsPass(
    entry,
    'finish',
    'Give back what its passes hold in the target: channels in migration mode, spaces that are being imported. Costs nothing.',
    (client, found) => client.finishEntry({ params: { id: found.id } }),
  );
  startsPass(entry, 'audit', 'Read the source and count. Writes nothing, costs nothing.', (client, found) =>
    client.auditEntry({ params: { id: found.id } }),
  );
  startsPass(
    entry,
    'dry-run',
    'The pass that a start would run, with writes blocked: changes nothing, costs nothing. `sterna pass dry-run` tells what it found.',
    (client, found) => client.dryRunEntry({ params: { id: found.id } }),
  );
  startsPass(
    entry,
    'verify',
    'Hold source, books and target against each other. Writes nothing, costs nothing.',
    (client, found) => client.verifyEntry({ params: { id: found.id }, body: {} }),
  );
  onEntry(entry, 'stop', 'Stop the running pass after what is in flight.', async (client, found) => {
    const { pass } = await client.stopEntry({ params: { id: found.id } });
    return doneAnswer(pass, `Pass ${pass.id} stops.`);
  });

  onEntry(
    entry,
    'delete',
    'Delete an entry; its books stay. A license that never burned is released.',
    async (client, found) => {
      const deleted = await client.deleteEntry({ params: { id: found.id } });
      return doneAnswer(
        deleted,
        `Entry ${found.id} is deleted; its books stay. \`sterna entry recreate ${found.id}\` makes a new one.`,
      );
    },
  );
  const recreate = entry
    .command('recreate')
    .description('A new entry like a deleted one. It inherits nothing and needs a license of its own.')
    .argument('<ENTRY>', 'number of the deleted entry')
    .option('--target <address>', 'another target address');
  handle<[string], { target?: string }>(recreate, async ({ options }, word) => {
    const client = await connect(options);
    const found = await findEntry(client, word);
    const body = options.target === undefined ? {} : { targetAddress: options.target };
    return entryAnswer(await client.recreateEntry({ params: { id: found.id }, body }));
  });

  const assign = entryCommand(entry, 'assign', 'Assign a license; it burns at the first start.').addOption(
    tierOption(),
  );
  handle<[string], PassOptions>(assign, async ({ options }, word) => {
    const client = await connect(options);
    const found = await findEntry(client, word, options.project);
    const license = await client.assignLicense({
      params: { id: found.id },
      body: options.tier === undefined ? {} : { tier: options.tier },
    });
    return doneAnswer(
      license,
      `License ${license.id} (${license.tier} ${license.type}) is assigned to entry ${found.id}.`,
    );
  });
  onEntry(entry, 'release', 'Release a license that never burned.', async (client, found) => {
    const license = await client.releaseLicense({ params: { id: found.id } });
    return doneAnswer(license, `License ${license.id} is released.`);
  });

  const settings = entryCommand(
    entry,
    'settings',
    "Show or change an entry's own settings, over its project's.",
  ).option('--set <name=value>', 'change one (repeatable); null goes back to what the project says', collect, []);
  handle<[string], EntryOptions & { set: string[] }>(settings, async ({ options }, word) => {
    const client = await connect(options);
    const found = await findEntry(client, word, options.project);
    const patch = await readSettings(undefined, options.set);
    const now =
      Object.keys(patch).length === 0
        ? found
        : await client.updateEntry({ params: { id: found.id }, body: { settings: patch } });
    return doneAnswer(now.settings, JSON.stringify(now.settings, null, 2));
  });

  const plan = entryCommand(entry, 'plan', 'What a start would do and cost, before anything is spent.')
    .addOption(tierOption())
    .option('--no-live', 'by the books alone, without asking the systems');
  handle<[string], PassOptions & { live: boolean }>(plan, async ({ options }, word) => {
    const client = await connect(options);
    const found = await findEntry(client, word, options.project);
    return planAnswer(
      await client.planEntry({
        params: { id: found.id },
        query: { live: options.live, ...(options.tier === undefined ? {} : { tier: options.tier }) },
      }),
    );
  });

  onEntry(entry, 'passes', 'Passes of an entry, newest first.', async (client, found) => {
    const rows = await allItems((after) =>
      client.listPasses({ query: { entryId: found.id, limit: 500, ...(after === undefined ? {} : { after }) } }),
    );
    return listAnswer(rows, passColumns, 'This entry has never been started.');
  });

  onEntry(entry, 'failures', 'What failed or is uncertain, why, and what to do.', async (client, found) => {
    const { notes } = await client.entryReport({ params: { id: found.id }, query: { limit: 10_000 } });
    const failures = notes.filter(
      (note) => note.kind === 'failure' || note.kind === 'uncertain' || note.kind === 'suspect',
    );
    return listAnswer(failures, noteColumns, 'Nothing failed.');
  });

  const report = entryCommand(entry, 'report', 'Books, passes and notes of an entry.')
    .option('--csv', 'one line per note, as CSV', false)
    .option('--passes', 'with --csv: one line per pass', false);
  handle<[string], EntryOptions & { csv: boolean; passes: boolean }>(report, async ({ options }, word) => {
    const client = await connect(options);
    const found = await findEntry(client, word, options.project);
    if (options.csv) {
      return textAnswer(
        await client.entryReportCsv({ params: { id: found.id }, query: { what: options.passes ? 'passes' : 'notes' } }),
      );
    }
    const data = await client.entryReport({ params: { id: found.id } });
    const parts = [
      entryAnswer(data.entry),
      listAnswer(data.passes, passColumns, 'It has never been started.'),
      listAnswer(data.notes, noteColumns, 'There are no notes.'),
    ];
    return withExit(
      { data, text: () => parts.flatMap((part, at) => [...(at === 0 ? [] : ['']), ...part.text()]) },
      data.balanced ? EXIT.ok : EXIT.unbalanced,
    );
  });
}

const tierOption = (): Option =>
  new Option('--tier <tier>', 'which license (default: standard before trial)').choices([...LICENSE_TIERS]);

function entryCommand(parent: Command, name: string, description: string): Command {
  return parent
    .command(name)
    .description(description)
    .argument('<ENTRY>', 'its number, or its source or target address')
    .option('--project <project>', 'where an address alone is not enough');
}

/** A command that does one thing to an entry. */
function onEntry(
  parent: Command,
  name: string,
  description: string,
  act: (client: Client, entry: Entry) => Promise<Answer>,
): void {
  handle<[string], EntryOptions>(entryCommand(parent, name, description), async ({ options }, word) => {
    const client = await connect(options);
    return act(client, await findEntry(client, word, options.project));
  });
}

/** A command that queues a pass, and waits for its end with --watch. */
function startsPass(
  parent: Command,
  name: string,
  description: string,
  start: (client: Client, entry: Entry, options: PassOptions) => Promise<{ pass: PassView }>,
): void {
  const command = entryCommand(parent, name, description)
    .option('--watch', 'wait for the end and show the progress', false)
    .option('--reason <words>', 'for the audit trail');
  if (name === 'start') command.addOption(tierOption());
  if (name === 'retry')
    command.option(
      '--code <code>',
      'only what failed for this cause, as `entry failures` tells it (repeatable)',
      collect,
      [],
    );
  handle<[string], PassOptions>(command, async (context: CommandContext<PassOptions>, word) => {
    const { options, terminal } = context;
    const client = await connect(options);
    const { pass } = await start(client, await findEntry(client, word, options.project), options);
    if (options.watch) return passAnswer(await watchPass(client, terminal, pass.id));
    return doneAnswer(
      pass,
      `The ${pass.kind} pass ${pass.id} is queued. Watch it with \`sterna pass watch ${pass.id}\`.`,
    );
  });
}
