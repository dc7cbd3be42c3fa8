import { confirm, isCancel, select, text } from '@clack/prompts';
import { type Client, REMIGRATION_REASONS, type ResponseOf } from '@sterna/api-contract';
import { SternaError } from '@sterna/core';
import type { Answer } from '../io/answer.ts';
import type { Terminal } from '../io/terminal.ts';
import { remigrationAnswer, remigrationPlanAnswer } from '../io/views.ts';
import { settle } from '../remote/remigration.ts';

type Remigration = ResponseOf<'getRemigration'>;

const output = process.stderr;

/** Ctrl-C leaves the flow where it is: the next `sterna remigrate` takes it up again. */
async function asked<T>(answer: Promise<T>): Promise<Exclude<T, symbol>> {
  const value = await answer;
  if (isCancel(value)) {
    throw new SternaError('config', 'interrupted', 'Left here. The same command takes it up again at this step.');
  }
  return value as Exclude<T, symbol>;
}

/** The guided flow on a terminal. Every answer is a step of the API, so that another terminal or browser can go on. */
export async function guideRemigration(client: Client, terminal: Terminal, entryId: number): Promise<Answer> {
  let now =
    (await client.listRemigrations({ query: { entryId, open: true } })).items[0] ??
    (await begin(client, terminal, entryId));
  for (;;) {
    now = await settle(client, terminal, now);
    if (now.step === 'done' || now.step === 'cancelled') return remigrationAnswer(now);
    terminal.say(now.problem === undefined ? now.next : `${now.problem} ${now.next}`);
    now = await takeStep(client, now);
  }
}

async function begin(client: Client, terminal: Terminal, entryId: number): Promise<Remigration> {
  const plan = await client.planRemigration({ params: { id: entryId }, query: { live: true } });
  for (const line of remigrationPlanAnswer(plan).text()) terminal.say(line);
  const reason = await asked(
    select({
      message: 'Why is it migrated again?',
      options: REMIGRATION_REASONS.map((value) => ({ value, label: value })),
      output,
    }),
  );
  const note = await asked(text({ message: 'A note for the records (may be empty)', defaultValue: '', output }));
  return client.beginRemigration({ params: { id: entryId }, body: { reason, note: note ?? '' } });
}

async function takeStep(client: Client, now: Remigration): Promise<Remigration> {
  const params = { id: now.id };
  switch (now.step) {
    case 'backup': {
      if (await asked(confirm({ message: 'Back up the target first?', output }))) {
        return client.chooseRemigrationBackup({ params, body: { choice: 'backup' } });
      }
      const why = await asked(text({ message: 'Why is no backup needed?', output }));
      return client.chooseRemigrationBackup({ params, body: { choice: 'refuse', why } });
    }
    case 'target': {
      const choice = await asked(
        select({
          message: 'What happens to what is in the target?',
          options: [
            { value: 'keep' as const, label: 'keep it; what is there already is recognized and not written twice' },
            { value: 'empty' as const, label: 'empty it; you see the list first' },
          ],
          output,
        }),
      );
      return client.chooseRemigrationTarget({ params, body: { choice } });
    }
    case 'confirm': {
      const message = `${now.frozen?.objects ?? 0} objects are removed from the target. Type the target address to confirm`;
      return client.confirmRemigrationEmptying({
        params,
        body: { targetAddress: await asked(text({ message, output })) },
      });
    }
    case 'recreate':
      await proceed('Archive the old entry, make the new one and assign its license?');
      return client.recreateRemigration({ params, body: {} });
    case 'start':
      await proceed('Start? This burns the license.');
      return client.startRemigration({ params });
    case 'verify': {
      const yes = await asked(confirm({ message: 'Compare source, books and target now?', output }));
      return client.verifyRemigration({ params, body: { skip: !yes } });
    }
    default:
      return now;
  }
}

async function proceed(message: string): Promise<void> {
  if (await asked(confirm({ message, output }))) return;
  throw new SternaError('config', 'interrupted', 'Left here. The same command takes it up again at this step.');
}
