import { allItems, type Client, type ResponseOf } from '@sterna/api-contract';
import { CONTENT_KINDS, LINK_REASONS, type LinkReason } from '@sterna/core';
import { type Command, Option } from 'commander';
import { handle } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { type Answer, listAnswer, withExit } from '../io/answer.ts';
import { printable, renderTable } from '../io/table.ts';
import { connect } from '../remote/connect.ts';
import { findEntry, findProject } from '../remote/names.ts';

type Summary = ResponseOf<'projectLinks'>;
type Kind = (typeof CONTENT_KINDS)[number];

interface ShowOptions {
  readonly list: boolean;
  readonly entry?: string;
  readonly kind?: Kind;
  readonly state?: 'rewritten' | 'kept';
  readonly reason?: LinkReason;
}

export function registerLinks(program: Command): void {
  const links = program
    .command('links')
    .description('Links in what was migrated: those to what this project migrates can lead to its copies.');

  const show = links
    .command('show', { isDefault: true })
    .description('How many there are, by entry and kind: rewritten, or kept and why.')
    .argument('<PROJECT>')
    .option('--list', 'the links themselves: where they are, where they led, where they lead now', false)
    .option('--entry <entry>', 'only of this one, by its number or address')
    .addOption(new Option('--kind <kind>', 'with --list: only in objects of this kind').choices(CONTENT_KINDS))
    .addOption(new Option('--state <state>', 'with --list: only those').choices(['rewritten', 'kept']))
    .addOption(new Option('--reason <reason>', 'with --list: only those that stay for it').choices(LINK_REASONS));
  handle<[string], ShowOptions>(show, async ({ options }, word) => {
    const client = await connect(options);
    const { id } = await findProject(client, word);
    const { list, kind, state, reason } = options;
    const entry = options.entry === undefined ? {} : { entryId: (await findEntry(client, options.entry, word)).id };
    if (!list) return countsAnswer(await everyEntry(client, id, entry));
    const query = {
      ...entry,
      ...(kind === undefined ? {} : { kind }),
      ...(state === undefined ? {} : { state }),
      ...(reason === undefined ? {} : { reason }),
    };
    return listAnswer(
      await allItems((after) =>
        client.listLinks({ params: { id }, query: { ...query, ...(after === undefined ? {} : { after }) } }),
      ),
      [
        { title: 'entry', value: (row) => row.entryId, align: 'right' },
        { title: 'in', value: (row) => row.kind },
        { title: 'where', value: (row) => [row.folder, row.subject ?? row.objectId].filter(Boolean).join(' / ') },
        { title: 'at the source', value: (row) => row.address },
        { title: 'now', value: (row) => row.newAddress ?? `kept: ${row.why}` },
      ],
      'There are no such links.',
    );
  });

  registerSetting(links, 'rewrite', 'Links lead to the copies of what they led to, where this project made one.');
  registerSetting(
    links,
    'keep',
    'Links lead to where they lead at the source; those that were rewritten are put back.',
  );
}

const WORDS = { rewrite: 'rewrite', keep: 'restore' } as const;

/** Both are the setting and delta passes: each pass makes its copies so. */
function registerSetting(links: Command, setting: keyof typeof WORDS, what: string): void {
  const command = links
    .command(WORDS[setting])
    .description(`${what} Sets “links” to “${setting}”; delta passes do it, at no license.`)
    .argument('<PROJECT>')
    .option(
      '--messages',
      setting === 'rewrite'
        ? 'in messages as well that are written from now on; these can’t be put back, and signed ones stay'
        : 'in messages as well that are written from now on; what was rewritten in them stays',
      false,
    )
    .option('--start', 'start a delta pass of every entry that has run and none is running of', false);
  handle<[string], { start: boolean; messages: boolean }>(command, async ({ options }, word) => {
    const client = await connect(options);
    const { id, name } = await findProject(client, word);
    const { changes } = await client.putProjectSettings({
      params: { id },
      body: { patch: { links: setting, ...(options.messages ? { messageLinks: setting } : {}) } },
    });
    const started = options.start ? await startDeltas(client, id) : undefined;
    const { behind } = await client.projectLinks({ params: { id }, query: { limit: 1 } });
    const data = { setting, changed: changes.length > 0, behind, ...(started === undefined ? {} : started) };
    const answer: Answer = {
      data,
      text: () => [
        `“links” of ${name} is “${setting}”${changes.length > 0 ? ' now' : ' already'}. ${what}`,
        ...(started === undefined
          ? [adviceOf(behind, word)]
          : [
              `${started.done.length} delta passes are started, at no license.`,
              ...started.refused.map(
                (one) => `Entry ${one.entryId} (${one.sourceAddress ?? '?'}): ${one.message} ${one.fix ?? ''}`,
              ),
            ]
        ).map(printable),
      ],
    };
    return (started?.refused.length ?? 0) > 0 ? withExit(answer, EXIT.someFailed) : answer;
  });
}

const adviceOf = (behind: number, word: string): string =>
  behind === 0
    ? 'No entry has run with another setting: nothing is to be done again.'
    : `${behind} entries ran with another setting: start a delta pass of each, here with --start or by \`sterna list bulk ${word} start --all\`. It burns no license.`;

/** Of those that have burned their license: none is burned for links. */
const startDeltas = (client: Client, id: number) =>
  client.bulkEntries({ params: { id }, body: { filter: { license: 'burned' }, act: { action: 'start' } } });

/** All pages as one. */
async function everyEntry(client: Client, id: number, entry: { entryId?: number }): Promise<Omit<Summary, 'next'>> {
  const first = await client.projectLinks({ params: { id }, query: { ...entry, limit: 500 } });
  const items = [...first.items];
  for (let { next } = first; next !== undefined; ) {
    const page = await client.projectLinks({ params: { id }, query: { ...entry, limit: 500, after: next } });
    items.push(...page.items);
    next = page.next;
  }
  const { next: _, ...summary } = first;
  return { ...summary, items };
}

function countsAnswer(summary: Omit<Summary, 'next'>): Answer {
  const { setting, total, behind, items } = summary;
  const rows = items.flatMap((entry) => entry.kinds.map((counts) => ({ entry, counts })));
  return {
    data: summary,
    text: () => [
      ...(rows.length === 0
        ? [
            setting === 'keep'
              ? 'Nobody has looked for links: “links” is “keep”. `sterna links rewrite` changes that.'
              : 'No links to anything of the source were found.',
          ]
        : renderTable(rows, [
            { title: 'entry', value: ({ entry }) => entry.entryId, align: 'right' },
            { title: 'source', value: ({ entry }) => entry.sourceAddress },
            { title: 'in', value: ({ counts }) => counts.kind },
            { title: 'found', value: ({ counts }) => counts.found, align: 'right' },
            { title: 'rewritten', value: ({ counts }) => counts.rewritten, align: 'right' },
            ...LINK_REASONS.map((reason) => ({
              title: KEPT[reason],
              value: ({ counts }: (typeof rows)[number]) => counts.kept[reason],
              align: 'right' as const,
            })),
          ])),
      '',
      `“links” is “${setting}”: ${total.found} found, ${total.rewritten} lead to copies, ${total.found - total.rewritten} stay.`,
      ...(behind === 0 ? [] : [`${behind} entries last ran with another setting: a delta pass brings them up to it.`]),
    ],
  };
}

/** As heads of columns; `--list` has it in full words. */
const KEPT: Readonly<Record<LinkReason, string>> = {
  setting: 'kept: setting',
  'not-migrated': 'not migrated',
  'several-copies': 'several copies',
  written: 'can’t change',
  signed: 'signed',
};
