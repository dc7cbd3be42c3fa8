import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { FolderCatalog } from '../collections/folder-catalog.ts';
import { ObjectStore } from '../collections/object-store.ts';
import { ICS, isObjectFile, VCF } from '../collections/syntax.ts';
import { MboxStore } from '../mbox/store.ts';
import type { StorePart } from '../store-of-parts.ts';
import { TakeoutContacts } from './contacts.ts';
import { TakeoutTasks } from './tasks.ts';

/** Files of the account's own, of any kind: none of them is what the other folders are. */
const NOT_OURS: ReadonlySet<string> = new Set(['drive', 'google drive', 'google photos', 'google fotos', 'photos']);
/** The folder is called in the language of the account; the file in it, as far as is known, isn't. */
const TASKS: ReadonlySet<string> = new Set(['tasks', 'aufgaben', 'tâches', 'tareas', 'attività', 'taken', 'tarefas']);

/**
 * What an unpacked Google Takeout holds of a mailbox. A product has a folder, called in the account's language, so it is
 * known by the files directly in it (contacts: also one folder deeper):
 *
 *     Takeout/Mail/All mail Including Spam and Trash.mbox      labels in X-Gmail-Labels
 *     Takeout/Calendar/NAME.ics                                a calendar each
 *     Takeout/Contacts/GROUP/GROUP.vcf                         the same card in each of its groups
 *     Takeout/Tasks/Tasks.json                                 all task lists
 *
 * @param root the folder that holds `Takeout`, or that folder itself
 */
export async function takeoutParts(root: string): Promise<readonly StorePart[]> {
  const entries = await readdir(root, { withFileTypes: true });
  const inner = entries.find((one) => one.isDirectory() && one.name === 'Takeout');
  const top = inner === undefined ? root : join(root, inner.name);
  const parts: StorePart[] = [];
  for (const product of await foldersIn(top)) {
    if (NOT_OURS.has(basename(product).toLowerCase())) continue;
    parts.push(...(await partsOf(product)));
  }
  return parts;
}

async function partsOf(folder: string): Promise<StorePart[]> {
  const name = basename(folder);
  const files = (await readdir(folder, { withFileTypes: true })).filter((one) => one.isFile()).map((one) => one.name);
  const parts: StorePart[] = [];
  if (files.some((file) => file.toLowerCase().endsWith('.mbox')))
    parts.push({ prefix: `${name}/mail/`, kinds: ['message'], store: new MboxStore(folder) });
  if (files.some((file) => isObjectFile(file, ICS)))
    parts.push({
      prefix: `${name}/calendars/`,
      kinds: ['event', 'task'],
      store: new ObjectStore(new FolderCatalog(folder, ICS, { eachFile: true })),
    });
  if (await holdsCards(folder, files))
    parts.push({
      prefix: `${name}/contacts/`,
      kinds: ['contact'],
      store: new ObjectStore(new TakeoutContacts(folder)),
    });
  const lists = files.filter((file) =>
    TASKS.has(name.toLowerCase()) ? file.toLowerCase().endsWith('.json') : file.toLowerCase() === 'tasks.json',
  );
  if (lists.length > 0)
    parts.push({
      prefix: `${name}/tasks/`,
      kinds: ['task'],
      store: new ObjectStore(new TakeoutTasks(lists.map((file) => join(folder, file)))),
    });
  return parts;
}

async function holdsCards(folder: string, files: readonly string[]): Promise<boolean> {
  if (files.some((file) => isObjectFile(file, VCF))) return true;
  for (const group of await foldersIn(folder))
    if ((await readdir(group)).some((file) => isObjectFile(file, VCF))) return true;
  return false;
}

const foldersIn = async (folder: string): Promise<string[]> =>
  (await readdir(folder, { withFileTypes: true }))
    .filter((one) => one.isDirectory() && !one.name.startsWith('.'))
    .map((one) => join(folder, one.name))
    .sort();
