import type { Person } from '@sterna/content';
import { byHint, type ChecklistItem, type Reference } from './graph-planner.ts';

/** Parts of a task that are text with a line for each, so that people can read them in any other list. */

const STEP = /^- \[([ x])\] (.*)$/;
const oneLine = (text: string | null | undefined): string => (text ?? '').replace(/\s+/g, ' ').trim();

export const stepLines = (checklist: Readonly<Record<string, ChecklistItem>>): string =>
  Object.values(checklist)
    .toSorted(byHint)
    .map(({ isChecked, title }) => `- [${isChecked === true ? 'x' : ' '}] ${oneLine(title)}`)
    .join('\n');

export function stepsIn(text: string): readonly { readonly title: string; readonly isChecked: boolean }[] {
  return text.split('\n').flatMap((line) => {
    const [, mark, title = line] = STEP.exec(line) ?? [];
    return title.trim() === '' ? [] : [{ title: title.trim(), isChecked: mark === 'x' }];
  });
}

/** What stands for itself in a name of an open type, and is escaped: https://learn.microsoft.com/en-us/graph/api/resources/plannerexternalreferences */
const escaped = (url: string): string =>
  url.replace(/[%.:@#]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
const plain = (name: string): string =>
  name.replace(/%(25|2e|3a|40|23)/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));

/** `https://… Word Its name` */
export const linkLines = (references: Readonly<Record<string, Reference>>): string =>
  Object.entries(references)
    .map(([name, { type, alias }]) =>
      `${plain(name).replaceAll(' ', '%20')} ${type || '-'} ${oneLine(alias)}`.trimEnd(),
    )
    .sort()
    .join('\n');

/** By their escaped addresses. */
export function linksIn(text: string): ReadonlyMap<string, { readonly type?: string; readonly alias?: string }> {
  const links = text.split('\n').flatMap((line) => {
    const [, url, type, alias] = /^(\S+)(?: (\S+))?(?: (.*))?$/.exec(line.trim()) ?? [];
    if (url === undefined) return [];
    return [
      [escaped(url), { ...(type === undefined || type === '-' ? {} : { type }), ...(alias ? { alias } : {}) }],
    ] as const;
  });
  return new Map(links);
}

/**
 * Who is assigned and isn't in the directory, at the end of the description: so nothing of it is lost, and what is read
 * back is what was sent.
 */
const ASSIGNED = 'Assigned to: ';

export const withAssigned = (text: string, people: readonly Person[]): string =>
  people.length === 0
    ? text
    : [text, `${ASSIGNED}${people.map(({ address }) => address).join(', ')}`].filter(Boolean).join('\n\n');

export function assignedIn(text: string): { readonly text: string; readonly people: readonly Person[] } {
  const lines = text.split('\n');
  const last = lines.at(-1) ?? '';
  const addresses = last.startsWith(ASSIGNED) ? last.slice(ASSIGNED.length).split(', ') : [];
  if (addresses.length === 0 || !addresses.every((one) => /^[^\s@,]+@[^\s@,]+$/.test(one))) return { text, people: [] };
  return { text: lines.slice(0, -1).join('\n').replace(/\n+$/, ''), people: addresses.map((address) => ({ address })) };
}
