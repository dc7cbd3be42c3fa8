import { allPages, type Client, type ResponseOf } from '@sterna/api-contract';
import { SternaError } from '@sterna/core';

/** People name things; the API numbers them. A word of digits is an id. */

type Listed = { readonly id: number; readonly name: string };

async function pick<T extends Listed>(what: string, list: () => Promise<readonly T[]>, word: string): Promise<T> {
  const items = await list();
  const found = items.find((item) => item.name === word) ?? items.find((item) => String(item.id) === word);
  if (found !== undefined) return found;
  const names = items.map((item) => item.name).slice(0, 20);
  throw new SternaError('config', `${what}-not-found`, `There is no ${what} "${word}".`, {
    fix:
      names.length === 0
        ? `There is none yet: add one with \`sterna ${what} --help\`.`
        : `There are: ${names.join(', ')}.`,
  });
}

export const findSystem = (client: Client, word: string): Promise<ResponseOf<'getSystem'>> =>
  pick('system', async () => (await client.listSystems()).items, word);

export const findProject = (client: Client, word: string): Promise<ResponseOf<'getProject'>> =>
  pick('project', async () => (await client.listProjects()).items, word);

/** An entry by its number, or by its source or target address (within a project, or in all of them). */
export async function findEntry(client: Client, word: string, project?: string): Promise<ResponseOf<'getEntry'>> {
  if (/^\d+$/.test(word)) return client.getEntry({ params: { id: Number(word) } });
  const projects = project === undefined ? (await client.listProjects()).items : [await findProject(client, project)];
  const found: ResponseOf<'getEntry'>[] = [];
  for (const { id } of projects) {
    for await (const entry of allPages((after) =>
      client.listEntries({ params: { id }, query: { search: word, ...(after === undefined ? {} : { after }) } }),
    )) {
      const folded = word.toLowerCase();
      if (entry.sourceAddress.toLowerCase() === folded || entry.targetAddress.toLowerCase() === folded)
        found.push(entry);
    }
  }
  const [first, second] = found;
  if (first === undefined) {
    throw new SternaError('config', 'entry-not-found', `There is no entry "${word}".`, {
      fix: 'See `sterna entry list PROJECT` for those there are.',
    });
  }
  if (second !== undefined) {
    throw new SternaError('config', 'entry-ambiguous', `"${word}" names ${found.length} entries.`, {
      fix: `Use a number: ${found.map((entry) => entry.id).join(', ')}.`,
    });
  }
  return first;
}
