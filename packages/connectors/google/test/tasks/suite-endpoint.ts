import type { SystemConfig } from '@sterna/connector-kit';
import type { FoundMessage, SuiteEndpoint } from '@sterna/connector-suite';
import { pivotOf } from '@sterna/content';
import { DirectGoogle, type GoogleEnd, type Json, onlyFor } from '../items/direct-google.ts';
import { escaped, firstLine, linesOf, plainText, textOf } from '../items/plain-lines.ts';

const HEAD = '---- Kept by the migration ----';

/** The suite's plain tasks in Google's terms, by hand: what it has no field for behind a line in the notes. */
function jsonOf(raw: Buffer): Json {
  const lines = linesOf(raw);
  const text = (name: string) => plainText(lines.get(name)?.[0]?.value);
  const kept = ['UID', 'DTSTART', 'STATUS', 'COMPLETED', 'PERCENT-COMPLETE', 'X-MOZ-LASTACK'].flatMap((name) =>
    (lines.get(name) ?? []).map(({ head, value }) => `${name}${head}:${value}`),
  );
  return {
    title: text('SUMMARY'),
    notes: [text('DESCRIPTION'), [HEAD, ...kept].join('\n')].filter(Boolean).join('\n\n'),
    status: text('STATUS') === 'COMPLETED' ? 'completed' : 'needsAction',
  };
}

/** And back, of ours and of others. */
function rawOf(task: Json): Buffer {
  const [text = '', block = `UID:${task.id}`] = ((task.notes ?? '') as string).split(new RegExp(`\\n*${HEAD}\\n`));
  const lines = block.split('\n').filter((line) => !line.startsWith('Sterna '));
  const has = (name: string) => lines.some((line) => line.startsWith(name));
  return textOf([
    'BEGIN:VCALENDAR',
    'BEGIN:VTODO',
    ...(has('SUMMARY') || task.title === '' ? [] : [`SUMMARY:${escaped(task.title)}`]),
    ...(has('DESCRIPTION') || text === '' ? [] : [`DESCRIPTION:${escaped(text)}`]),
    ...lines,
    'END:VTODO',
    'END:VCALENDAR',
  ]);
}

/** Task lists as their owner sees them, written down without the connector. */
export function taskEndpoint(
  end: GoogleEnd,
  account: { readonly system: SystemConfig; readonly address: string },
): SuiteEndpoint {
  const google = new DirectGoogle(end);
  const { scope = '' } = end;
  const digest = (raw: Buffer) => pivotOf('task').digest(raw).toString('hex');
  const lists = async (): Promise<Json[]> =>
    (await google.all('/tasks/v1/users/@me/lists?maxResults=1000', 'items'))
      // A list that is called by a blank is called by the scope alone: titles are trimmed.
      .filter(({ title }) => title.startsWith(scope.trimEnd()))
      .map((one) => ({ ...one, title: one.title.slice(scope.length) }));
  const listOf = async ([name = '']: readonly string[]): Promise<string> => {
    const found = (await lists()).find((one) => one.title === name);
    return (found ?? (await google.ok('POST', '/tasks/v1/users/@me/lists', { title: `${scope}${name}` }))).id;
  };
  const dump = async (): Promise<(FoundMessage & { path: string })[]> => {
    const all: (FoundMessage & { path: string })[] = [];
    for (const list of await lists()) {
      const path = `/tasks/v1/lists/${list.id}/tasks`;
      for (const task of await google.all(`${path}?maxResults=100&showHidden=true`, 'items'))
        all.push({ path: `${path}/${task.id}`, folder: [list.title], raw: rawOf(task), flags: [], date: undefined });
    }
    return all;
  };
  const find = async (folder: readonly string[], raw: Buffer): Promise<string> => {
    const found = (await dump()).find((one) => one.folder[0] === folder[0] && digest(one.raw) === digest(raw));
    if (found === undefined) throw new Error(`no such task: ${firstLine(raw, 'UID')}`);
    return found.path;
  };
  return {
    ...account,
    connector: onlyFor('task', scope),
    async seed(objects) {
      // A new task is put before the others: the order of the listing is that in which they were made all the same.
      for (const { folder, raw } of objects)
        await google.ok('POST', `/tasks/v1/lists/${await listOf(folder)}/tasks`, jsonOf(raw));
    },
    dump,
    folders: async () => (await lists()).map((one) => [one.title]),
    remove: async ({ folder, raw }) => void (await google.ok('DELETE', await find(folder, raw))),
    replace: async ({ folder, raw }, other) => void (await google.ok('PATCH', await find(folder, raw), jsonOf(other))),
    async dispose() {
      if (scope !== '')
        for (const { id } of await lists()) await google.ok('DELETE', `/tasks/v1/users/@me/lists/${id}`);
    },
  };
}
