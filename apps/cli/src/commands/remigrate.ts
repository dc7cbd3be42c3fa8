import { type Client, REMIGRATION_REASONS, type ResponseOf } from '@sterna/api-contract';
import { LICENSE_TIERS, type LicenseTier, SternaError } from '@sterna/core';
import { type Command, Option } from 'commander';
import { handle } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { type Answer, doneAnswer, listAnswer, withExit } from '../io/answer.ts';
import { readId } from '../io/numbers.ts';
import type { Terminal } from '../io/terminal.ts';
import { remigrationAnswer, remigrationColumns, remigrationPlanAnswer } from '../io/views.ts';
import { connect } from '../remote/connect.ts';
import { findEntry, findProject } from '../remote/names.ts';
import { settle } from '../remote/remigration.ts';

type Remigration = ResponseOf<'getRemigration'>;
type Reason = (typeof REMIGRATION_REASONS)[number];
type Conflict = 'skip' | 'overwrite' | 'rename';

const reasonOption = (): Option => new Option('--reason <reason>', 'why').choices([...REMIGRATION_REASONS]);
const conflictOption = (): Option =>
  new Option('--conflict <option>', 'where the target has the object already').choices(['skip', 'overwrite', 'rename']);
const tierOption = (): Option => new Option('--tier <tier>', 'which license').choices([...LICENSE_TIERS]);

export function registerRemigrate(program: Command): void {
  const remigrate = program
    .command('remigrate')
    .summary('start an entry again: plan, backup, emptying, new license, start, verify')
    .description(
      'Guides through a remigration, step by step; it can be left and taken up again at any step. ' +
        'Without a terminal use the steps one by one.',
    )
    .argument('[ENTRY]', 'its number or address');
  handle<[string | undefined], object>(remigrate, async ({ options, terminal }, word) => {
    if (word === undefined) {
      throw new SternaError('config', 'entry-not-named', 'Nothing says which entry to remigrate.', {
        fix: 'Give its number: sterna remigrate 12',
      });
    }
    if (!terminal.interactive) {
      throw new SternaError('config', 'not-a-terminal', 'The guided remigration needs a terminal.', {
        fix: 'Use the steps: sterna remigrate plan, begin, backup, target, confirm, recreate, start, verify.',
      });
    }
    const client = await connect(options);
    const { guideRemigration } = await import('./remigrate-guide.ts');
    return guideRemigration(client, terminal, (await findEntry(client, word)).id);
  });
  registerSteps(remigrate);
  registerBulk(remigrate);
}

function registerSteps(remigrate: Command): void {
  const plan = remigrate
    .command('plan')
    .description('Would a delta do? What would burn, what would be duplicated, what changed? Spends nothing.')
    .argument('<ENTRY>')
    .option('--target <address>', 'for another target address')
    .option('--no-live', 'by the books alone, without asking the systems');
  handle<[string], { target?: string; live: boolean }>(plan, async ({ options }, word) => {
    const client = await connect(options);
    const { id } = await findEntry(client, word);
    const query = { live: options.live, ...(options.target === undefined ? {} : { targetAddress: options.target }) };
    return remigrationPlanAnswer(await client.planRemigration({ params: { id }, query }));
  });

  const begin = remigrate
    .command('begin')
    .description('Step 1: begin, with a reason.')
    .argument('<ENTRY>')
    .addOption(reasonOption().makeOptionMandatory())
    .option('--note <words>', 'more about it');
  handle<[string], { reason: Reason; note?: string }>(begin, async ({ options }, word) => {
    const client = await connect(options);
    const { id } = await findEntry(client, word);
    const { reason, note } = options;
    return remigrationAnswer(
      await client.beginRemigration({ params: { id }, body: { reason, ...(note === undefined ? {} : { note }) } }),
    );
  });

  const backup = step(remigrate, 'backup', 'Step 2: back up the target, or refuse it with a reason.').option(
    '--refuse <why>',
    'no backup, and why not',
  );
  handle<[string], StepOptions & { refuse?: string }>(backup, ({ options, terminal }, word) =>
    take(options, terminal, word, (client, params) =>
      client.chooseRemigrationBackup({
        params,
        body: options.refuse === undefined ? { choice: 'backup' } : { choice: 'refuse', why: options.refuse },
      }),
    ),
  );

  const target = step(remigrate, 'target', 'Step 3: empty the target, or keep what it holds.')
    .option('--empty', 'list what would be removed; `confirm` removes it', false)
    .option('--keep', 'keep it, and rely on duplicate prevention', false)
    .addOption(conflictOption())
    .option('--no-prevent-duplicates', 'with --keep: write even what seems to be there already')
    .option('--why <words>', 'for the audit trail');
  handle<
    [string],
    StepOptions & { empty: boolean; keep: boolean; conflict?: Conflict; preventDuplicates: boolean; why?: string }
  >(target, ({ options, terminal }, word) => {
    if (options.empty === options.keep) {
      throw new SternaError('config', 'target-choice', 'Say what happens to what is in the target.', {
        fix: 'Add either --empty or --keep.',
      });
    }
    const { conflict, why } = options;
    return take(options, terminal, word, (client, params) =>
      client.chooseRemigrationTarget({
        params,
        body: {
          choice: options.empty ? 'empty' : 'keep',
          ...(options.keep ? { duplicatePrevention: options.preventDuplicates } : {}),
          ...(conflict === undefined ? {} : { conflict }),
          ...(why === undefined ? {} : { why }),
        },
      }),
    );
  });

  const confirm = step(remigrate, 'confirm', 'Step 3b: remove what was listed.').requiredOption(
    '--target-address <address>',
    'the target address, typed to confirm',
  );
  handle<[string], StepOptions & { targetAddress: string }>(confirm, ({ options, terminal }, word) =>
    take(options, terminal, word, (client, params) =>
      client.confirmRemigrationEmptying({ params, body: { targetAddress: options.targetAddress } }),
    ),
  );

  const recreate = step(remigrate, 'recreate', 'Step 4: archive the old entry, make the new one, assign its license.')
    .addOption(tierOption())
    .option('--target <address>', 'another target address');
  handle<[string], StepOptions & { tier?: LicenseTier; target?: string }>(recreate, ({ options, terminal }, word) =>
    take(options, terminal, word, (client, params) =>
      client.recreateRemigration({
        params,
        body: {
          ...(options.tier === undefined ? {} : { tier: options.tier }),
          ...(options.target === undefined ? {} : { targetAddress: options.target }),
        },
      }),
    ),
  );

  const start = step(remigrate, 'start', 'Step 5: start the new entry; burns its license.');
  handle<[string], StepOptions>(start, ({ options, terminal }, word) =>
    take(options, terminal, word, (client, params) => client.startRemigration({ params })),
  );

  const verify = step(remigrate, 'verify', 'Step 6: compare source, books and target.').option(
    '--skip',
    'end without',
    false,
  );
  handle<[string], StepOptions & { skip: boolean }>(verify, ({ options, terminal }, word) =>
    take(options, terminal, word, (client, params) =>
      client.verifyRemigration({ params, body: { skip: options.skip } }),
    ),
  );

  const cancel = step(remigrate, 'cancel', 'End here: what was done stays done and recorded.').requiredOption(
    '--why <words>',
    'why',
  );
  handle<[string], StepOptions & { why: string }>(cancel, ({ options, terminal }, word) =>
    take(options, terminal, word, (client, params) => client.cancelRemigration({ params, body: { why: options.why } })),
  );

  const show = step(remigrate, 'show', 'How far a remigration is, and what its next step is.');
  handle<[string], StepOptions>(show, ({ options, terminal }, word) =>
    take(options, terminal, word, (client, params) => client.getRemigration({ params })),
  );

  const list = remigrate
    .command('list')
    .description('Remigrations.')
    .option('--open', 'only those that have not ended', false);
  handle<[], { open: boolean }>(list, async ({ options }) => {
    const { items } = await (await connect(options)).listRemigrations({ query: { open: options.open } });
    return listAnswer(items, remigrationColumns, 'There are no remigrations.');
  });
}

interface StepOptions {
  readonly watch: boolean;
}

function step(parent: Command, name: string, description: string): Command {
  return parent
    .command(name)
    .description(description)
    .argument('<REMIGRATION>', 'its number')
    .option('--watch', 'wait for the pass of this step', false);
}

/** Takes one step, and waits for its pass if asked to. */
async function take(
  options: StepOptions & { server?: string },
  terminal: Terminal,
  word: string,
  act: (client: Client, params: { id: number }) => Promise<Remigration>,
): Promise<Answer> {
  const client = await connect(options);
  const id = readId('remigration', word);
  const after = await act(client, { id });
  return remigrationAnswer(options.watch ? await settle(client, terminal, after) : after);
}

function registerBulk(remigrate: Command): void {
  const bulk = remigrate
    .command('bulk')
    .description('The same choices for many entries. One pilot goes first; `continue` decides about the rest.')
    .argument('<PROJECT>')
    .requiredOption('--entries <list>', 'numbers, comma-separated')
    .option('--pilot <entry>', 'which one goes first')
    .addOption(reasonOption().makeOptionMandatory())
    .option('--note <words>')
    .option('--no-backup', 'without a backup of the targets')
    .option('--empty', 'empty the targets (otherwise they are kept)', false)
    .option('--confirm <number>', 'with --empty: the number of entries, typed to confirm')
    .addOption(conflictOption())
    .addOption(tierOption());
  handle<
    [string],
    {
      entries: string;
      pilot?: string;
      reason: Reason;
      note?: string;
      backup: boolean;
      empty: boolean;
      confirm?: string;
      conflict?: Conflict;
      tier?: LicenseTier;
    }
  >(bulk, async ({ options }, word) => {
    const client = await connect(options);
    const { id } = await findProject(client, word);
    const { pilot, note, conflict, tier, confirm } = options;
    const made = await client.beginBulkRemigration({
      params: { id },
      body: {
        entryIds: options.entries.split(',').map((entry) => readId('entry', entry.trim())),
        reason: options.reason,
        backup: options.backup ? 'backup' : 'refuse',
        target: options.empty ? 'empty' : 'keep',
        ...(pilot === undefined ? {} : { pilotEntryId: readId('entry', pilot) }),
        ...(note === undefined ? {} : { note }),
        ...(conflict === undefined ? {} : { conflict }),
        ...(tier === undefined ? {} : { tier }),
        ...(confirm === undefined ? {} : { confirmation: confirm }),
      },
    });
    return bulkAnswer(made);
  });

  const show = remigrate
    .command('bulk-show')
    .description('How far a bulk remigration is.')
    .argument('<BULK>', 'its id');
  handle<[string], object>(show, async ({ options }, bulkId) =>
    bulkAnswer(await (await connect(options)).getBulkRemigration({ params: { bulkId } })),
  );

  const next = remigrate
    .command('continue')
    .description('After the pilot: go on with the rest.')
    .argument('<BULK>', 'its id')
    .option('--no-go', 'end instead');
  handle<[string], { go: boolean }>(next, async ({ options }, bulkId) =>
    bulkAnswer(
      await (await connect(options)).continueBulkRemigration({ params: { bulkId }, body: { go: options.go } }),
    ),
  );
}

function bulkAnswer(bulk: ResponseOf<'getBulkRemigration'>): Answer {
  return withExit(
    doneAnswer(
      bulk,
      `bulk remigration ${bulk.id}: ${bulk.state}. ${bulk.words}`,
      ...listAnswer([bulk.pilot, ...bulk.rest], remigrationColumns, '').text(),
      ...(bulk.waiting.length === 0 ? [] : [`waiting: ${bulk.waiting.length} entries`]),
    ),
    EXIT.ok,
  );
}
