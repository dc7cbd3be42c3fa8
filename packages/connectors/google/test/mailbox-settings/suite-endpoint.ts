import type { FoundMessage, SuiteEndpoint } from '@sterna/connector-suite';
import { filterName, looksForText } from '@sterna/content';
import { DirectGmail, type Google } from '@sterna/simulator-google';
import { DirectGoogle, type Json, onlyFor, simulated, simulatedEnd } from '../items/direct-google.ts';

const FILTERS = '/gmail/v1/users/me/settings/filters';
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
function filtersOf(raw: Buffer, labelId: (name: string) => string): Json[] {
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
  const own = (actions.categories ?? []).map((name: string) => labelId(`Keywords/${name}`));
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

function rawOf(filters: readonly Json[], labelName: (id: string) => string): Buffer {
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
  const names = add.map(labelName).filter((name: string) => name.startsWith('Keywords/'));
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
        ...(names.length === 0 ? {} : { categories: names.map((name: string) => name.slice(9)) }),
      },
    }),
  );
}

/** The filters of a mailbox: any number of objects, which the suite needs. The other settings have tests of their own. */
export function filtersEndpoint(server: Google, address: string): SuiteEndpoint {
  const google = new DirectGoogle(simulatedEnd(server, address));
  const mail = new DirectGmail(server, address);
  const labelId = (name: string): string =>
    (
      mail.mailbox.labelNamed(name) ??
      mail.mailbox.createLabel({
        name,
        messageListVisibility: 'show',
        labelListVisibility: 'labelShow',
        color: undefined,
      })
    ).id;
  const labelName = (id: string): string => mail.mailbox.labels.get(id)?.name ?? id;
  const rules = async (): Promise<Json[][]> => {
    const { filter = [] } = await google.ok('GET', FILTERS);
    return [...Map.groupBy(filter, ({ criteria }: Json) => JSON.stringify(criteria)).values()];
  };
  const found = (raw: Buffer) =>
    rules().then((all) => all.find((one) => nameOf(rawOf(one, labelName)) === nameOf(raw)));
  const nameOf = (raw: Buffer): string => JSON.parse(raw.toString('utf8')).name;
  const remove = async (raw: Buffer): Promise<void> => {
    const own = await found(raw);
    if (own === undefined) throw new Error('no such filter');
    for (const { id } of own) await google.ok('DELETE', `${FILTERS}/${id}`);
  };
  const seed = async (raw: Buffer): Promise<void> => {
    for (const filter of filtersOf(raw, labelId)) await google.ok('POST', FILTERS, filter);
  };
  return {
    ...simulated(server, address, { unitsPerMinute: { gmail: 1_000_000_000 } }),
    connector: onlyFor('setting'),
    async seed(objects) {
      for (const { raw } of objects) await seed(raw);
    },
    dump: async () =>
      (await rules()).map(
        (one): FoundMessage => ({ folder: ['Rules'], raw: rawOf(one, labelName), flags: [], date: undefined }),
      ),
    folders: async () => [['Rules'], ['Automatic reply'], ['Signatures'], ['Preferences']],
    remove: ({ raw }) => remove(raw),
    replace: async ({ raw }, other) => {
      await remove(raw);
      await seed(other);
    },
    dispose: async () => undefined,
  };
}
