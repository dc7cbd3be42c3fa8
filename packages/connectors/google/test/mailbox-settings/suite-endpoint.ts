import type { Session, SystemConfig } from '@sterna/connector-kit';
import { type FoundMessage, type SuiteEndpoint, sparing } from '@sterna/connector-suite';
import { filterName, looksForText } from '@sterna/content';
import { DirectGoogle, type GoogleEnd, type Json, onlyFor } from '../items/direct-google.ts';

const FILTERS = '/gmail/v1/users/me/settings/filters';
const LABELS = '/gmail/v1/users/me/labels';
const RULES = 'Rules';
const quoted = (text: string): string => `"${text}"`;
/** The one way to say each that is used here; the connector may write it in others. */
const SEARCHED: readonly (readonly [ours: string, field: string])[] = [
  ['fromContains', 'from:'],
  ['recipientContains', 'to:'],
  ['subjectContains', 'subject:'],
  ['subjectOrBodyContains', ''],
  ['list', 'list:'],
];
const STARS: Readonly<Record<string, string>> = { flag: 'STARRED', markRead: '-UNREAD' };

const people = (list: Json[]): string => list.map(({ address }) => address).join(' OR ');

/** A rule of the suite as filters, by hand. */
async function filtersOf(raw: Buffer, labelId: (keyword: string) => Promise<string>): Promise<Json[]> {
  const { conditions, exceptions, actions } = JSON.parse(raw.toString('utf8'));
  const terms = (given: Json): string[] =>
    SEARCHED.flatMap(([ours, field]) => (given[ours] ?? []).map((text: string) => `${field}${quoted(text)}`));
  const query = SEARCHED.flatMap(([ours, field]) => {
    const each = (conditions[ours] ?? []).map((text: string) => `${field}${quoted(text)}`);
    return each.length > 1 ? [`{${each.join(' ')}}`] : each;
  });
  if (conditions.addressed !== undefined) query.push('to:me');
  if (conditions.search !== undefined) query.push(conditions.search);
  if (conditions.size?.atMost !== undefined) query.push(`smaller:${conditions.size.atMost}`);
  const none = [...(exceptions.from ?? []).map(({ address }: Json) => `from:${address}`), ...terms(exceptions)];
  const criteria: Json = {
    ...(conditions.from === undefined ? {} : { from: people(conditions.from) }),
    ...(conditions.to === undefined ? {} : { to: people(conditions.to) }),
    ...(query.length === 0 ? {} : { query: query.join(' ') }),
    ...(none.length === 0 ? {} : { negatedQuery: none.length === 1 ? none[0] : `{${none.join(' ')}}` }),
    ...(conditions.hasAttachments === true ? { hasAttachment: true } : {}),
    ...(conditions.size?.atLeast === undefined ? {} : { size: conditions.size.atLeast, sizeComparison: 'larger' }),
  };
  if (Object.keys(criteria).length === 0) Object.assign(criteria, { size: 1, sizeComparison: 'larger' });
  const add: string[] = [];
  const remove: string[] = [];
  for (const [ours, id] of Object.entries(STARS))
    if (actions[ours] === true) (id.startsWith('-') ? remove : add).push(id.replace('-', ''));
  if (actions.importance === 'high') add.push('IMPORTANT');
  if (actions.tab !== undefined) add.push(`CATEGORY_${actions.tab.toUpperCase()}`);
  if (actions.keepOutOf?.includes('junk')) remove.push('SPAM');
  if (actions.delete === 'trash') add.push('TRASH');
  if (actions.moveTo?.role === 'archive') remove.push('INBOX');
  const own: string[] = [];
  for (const name of actions.categories ?? []) own.push(await labelId(name));
  const [first, ...others] = own;
  return [
    {
      criteria,
      action: {
        ...(first === undefined && add.length === 0
          ? {}
          : { addLabelIds: first === undefined ? add : [...add, first] }),
        ...(remove.length === 0 ? {} : { removeLabelIds: remove }),
      },
    },
    ...others.map((id: string) => ({ criteria, action: { addLabelIds: [id] } })),
  ];
}

/** Of what the suite and the connector write: values in quotes or bare, `{}` around several. */
function ours(text: string): Json {
  const found: Json = {};
  const field = { from: 'fromContains', to: 'recipientContains', subject: 'subjectContains', list: 'list' } as Json;
  const bare = text.replace(/[{}](?=(?:[^"]*"[^"]*")*[^"]*$)/g, ' ').trim();
  if (/^is:|filename:/.test(bare)) return { search: bare };
  for (const [, name, phrase, word] of bare.matchAll(/(?:([a-z]+):)?(?:"([^"]*)"|([^\s"]+))/g)) {
    const value = phrase ?? word ?? '';
    if (name === undefined) found.subjectOrBodyContains = [...(found.subjectOrBodyContains ?? []), value];
    else if (name === 'smaller') found.size = { atMost: Number(value) };
    else if (name === 'has') found.hasAttachments = true;
    else if (value === 'me') found.addressed = ['to-or-cc'];
    else if (name === 'from' && value.includes('@') && !value.startsWith('@'))
      found.from = [...(found.from ?? []), { address: value }];
    else found[field[name]] = [...(found[field[name]] ?? []), value];
  }
  return found;
}

/** @param keywordOf of a label's id, where it is one */
function rawOf(filters: readonly Json[], keywordOf: (id: string) => string | undefined): Buffer {
  const { criteria } = filters[0] as Json;
  const addresses = (text: string) => text.split(' OR ').map((one) => ({ address: one.replaceAll('"', '') }));
  const conditions: Json = ours(criteria.query ?? '');
  if (criteria.from) conditions.from = addresses(criteria.from);
  if (criteria.to) conditions.to = addresses(criteria.to);
  if (criteria.subject) conditions.subjectContains = [criteria.subject];
  if (criteria.hasAttachment) conditions.hasAttachments = true;
  if (criteria.size > 1) {
    const side = criteria.sizeComparison === 'larger' ? 'atLeast' : 'atMost';
    conditions.size = { ...conditions.size, [side]: criteria.size };
  }
  const exceptions = ours(criteria.negatedQuery ?? '');
  const add = filters.flatMap(({ action }) => action.addLabelIds ?? []);
  const remove = filters.flatMap(({ action }) => action.removeLabelIds ?? []);
  const names = add.flatMap((id: string) => keywordOf(id) ?? []);
  const tab = add.find((id: string) => id.startsWith('CATEGORY_'));
  return Buffer.from(
    JSON.stringify({
      type: 'rule',
      name: filterName({ conditions, exceptions }),
      order: 1,
      enabled: true,
      conditions,
      exceptions,
      ...(looksForText({ conditions, exceptions }) ? { texts: 'words' } : {}),
      actions: {
        ...(add.includes('STARRED') ? { flag: true } : {}),
        ...(remove.includes('UNREAD') ? { markRead: true } : {}),
        ...(add.includes('IMPORTANT') ? { importance: 'high' } : {}),
        ...(tab === undefined ? {} : { tab: tab.slice(9).toLowerCase() }),
        ...(remove.includes('SPAM') ? { keepOutOf: ['junk'] } : {}),
        ...(add.includes('TRASH') ? { delete: 'trash' } : {}),
        ...(remove.includes('INBOX') ? { moveTo: { path: ['Archive'], role: 'archive' } } : {}),
        ...(names.length === 0 ? {} : { categories: names }),
      },
    }),
  );
}

/**
 * The filters of a mailbox: any number of objects, which the suite needs. The other settings have tests of their own.
 *
 * In somebody's own account what was there before is neither seen nor touched.
 */
export async function filtersEndpoint(
  end: GoogleEnd,
  { system, address }: { readonly system: SystemConfig; readonly address: string },
): Promise<SuiteEndpoint> {
  const google = new DirectGoogle(end);
  const keywordParent = `${end.scope ?? ''}Keywords`;
  const keywords = `${keywordParent}/`;
  const account = { system: { ...system, settings: { ...(system.settings as object), keywordParent } }, address };
  const labels = async (): Promise<Json[]> => (await google.ok('GET', LABELS)).labels;
  const labelId = async (keyword: string): Promise<string> => {
    const name = `${keywords}${keyword}`;
    const there = (await labels()).find((one) => one.name === name);
    return (there ?? (await google.ok('POST', LABELS, { name }))).id;
  };
  const criteriaOf = ({ criteria }: Json): string => JSON.stringify(criteria);
  const all = async (): Promise<Json[]> => (await google.ok('GET', FILTERS)).filter ?? [];
  const theirs = new Set(end.scope === undefined ? [] : (await all()).map(criteriaOf));
  const hidden = end.scope === undefined ? new Set<string>() : await rulesOf(account);
  const filters = async (): Promise<Json[]> => (await all()).filter((one) => !theirs.has(criteriaOf(one)));
  const rules = async (): Promise<Json[][]> => [...Map.groupBy(await filters(), criteriaOf).values()];
  const dump = async (): Promise<(FoundMessage & { filters: readonly Json[] })[]> => {
    const names = new Map((await labels()).map(({ id, name }): [string, string] => [id, name]));
    const keywordOf = (id: string): string | undefined => {
      const name = names.get(id) ?? id;
      return name.startsWith(keywords) ? name.slice(keywords.length) : undefined;
    };
    return (await rules()).map((own) => ({
      folder: [RULES],
      raw: rawOf(own, keywordOf),
      flags: [],
      date: undefined,
      filters: own,
    }));
  };
  const nameOf = (raw: Buffer): string => JSON.parse(raw.toString('utf8')).name;
  const remove = async (raw: Buffer): Promise<void> => {
    const found = (await dump()).find((one) => nameOf(one.raw) === nameOf(raw));
    if (found === undefined) throw new Error('no such filter');
    for (const { id } of found.filters) await google.ok('DELETE', `${FILTERS}/${id}`);
  };
  const seed = async (raw: Buffer): Promise<void> => {
    for (const filter of await filtersOf(raw, labelId)) await google.ok('POST', FILTERS, filter);
  };
  return {
    ...account,
    connector: end.scope === undefined ? onlyFor('setting') : sparing(onlyFor('setting'), hidden, RULES),
    async seed(objects) {
      for (const { raw } of objects) await seed(raw);
    },
    dump,
    folders: async () =>
      end.scope === undefined ? [[RULES], ['Automatic reply'], ['Signatures'], ['Preferences']] : [[RULES]],
    remove: ({ raw }) => remove(raw),
    replace: async ({ raw }, other) => {
      await remove(raw);
      await seed(other);
    },
    async dispose() {
      if (end.scope === undefined) return;
      for (const { id } of await filters()) await google.ok('DELETE', `${FILTERS}/${id}`);
      for (const { id, name } of await labels())
        if (`${name}/`.startsWith(keywords)) await google.ok('DELETE', `${LABELS}/${id}`);
    },
  };
}

/** Ids that the connector has for what is there. */
async function rulesOf(account: { readonly system: SystemConfig; readonly address: string }): Promise<Set<string>> {
  const { signal } = new AbortController();
  const session: Session = await onlyFor('setting').open({
    ...account,
    role: 'read',
    installation: '0badcafe',
    signal,
  });
  try {
    const ids = new Set<string>();
    for (const { id: container, path } of await session.reader.containers())
      if (path[0] === RULES)
        for await (const { changes } of session.reader.changes(container, undefined, {}))
          for (const { id } of changes) ids.add(id);
    return ids;
  } finally {
    session.destroy();
  }
}
