import type { GoldenObject } from '../objects.ts';
import { type Ask, type Json, moment } from './ask.ts';
import { languageObjects, replyObjects, ruleObject, signatureObjects } from './shared-settings.ts';

const SETTINGS = '/gmail/v1/users/me/settings';

/** Filters, vacation responder, signature and language of a mailbox. */
export async function settings(ask: Ask): Promise<GoldenObject[]> {
  const { filter: filters = [] } = await ask.json(`${SETTINGS}/filters`);
  const { labels } = await ask.json('/gmail/v1/users/me/labels');
  const { sendAs } = await ask.json(`${SETTINGS}/sendAs`);
  const names = new Map<string, string>(labels.map(({ id, name }: Json) => [id, name]));
  return [
    // Those that look for the same act together.
    ...[...Map.groupBy(filters, ({ criteria }: Json) => JSON.stringify(criteriaOf(criteria))).values()].map((same) =>
      filterObject(same, names),
    ),
    ...replyObjects(replyOf(await ask.json(`${SETTINGS}/vacation`))),
    ...signatureObjects(sendAs.find(({ isPrimary }: Json) => isPrimary)?.signature ?? ''),
    ...languageObjects((await ask.json(`${SETTINGS}/language`)).displayLanguage ?? ''),
  ];
}

interface Criteria {
  readonly conditions: readonly string[];
  readonly exceptions: readonly string[];
}

const criteriaOf = (criteria: Json): Criteria => ({
  conditions: [
    ...(criteria.from ? [`from ${criteria.from.toLowerCase()}`] : []),
    ...(criteria.to ? [`to ${criteria.to.toLowerCase()}`] : []),
    ...(criteria.subject ? [`subject ${criteria.subject}`] : []),
    ...(criteria.hasAttachment ? ['attachment'] : []),
    ...searched(criteria.query ?? ''),
  ],
  exceptions: searched(criteria.negatedQuery ?? ''),
});

/** A search of simple terms; what isn't simple is one term. */
function searched(query: string): string[] {
  const terms = query.match(/(?:[a-z]+:)?(?:"[^"]*"|[^\s"]+)/g) ?? [];
  const known = terms.map((term) => {
    const [, name = '', value = ''] = /^(?:([a-z]+):)?"?(.*?)"?$/.exec(term) ?? [];
    if (term === 'has:attachment') return 'attachment';
    if (name === '') return `text ${value}`;
    return ['subject', 'from', 'to', 'list'].includes(name) ? `${name} ${value}` : undefined;
  });
  return known.every((one) => one !== undefined) ? known : [`search ${query}`];
}

function filterObject(filters: readonly Json[], names: ReadonlyMap<string, string>): GoldenObject {
  const { conditions, exceptions } = criteriaOf(filters[0].criteria);
  const add: string[] = filters.flatMap(({ action }) => action.addLabelIds ?? []);
  const remove: string[] = filters.flatMap(({ action }) => action.removeLabelIds ?? []);
  const own = add.flatMap((id) => (/^[A-Z_]+$/.test(id) ? [] : [names.get(id) ?? id]));
  const isArchived = remove.includes('INBOX');
  return ruleObject({
    id: filters[0].id,
    name: nameOf({ conditions, exceptions }),
    ...{ conditions, exceptions },
    enabled: true,
    actions: [
      // A label without the inbox is a folder, beside it a category.
      ...own.map((name) =>
        isArchived && !name.startsWith('Keywords/') ? `folder ${name}` : `category ${name.replace(/^Keywords\//, '')}`,
      ),
      ...(isArchived && own.length === 0 ? ['folder archive'] : []),
      ...(remove.includes('UNREAD') ? ['read'] : []),
      ...(add.includes('STARRED') ? ['star'] : []),
      ...(add.includes('IMPORTANT') ? ['importance high'] : []),
      ...(add.includes('TRASH') ? ['trash'] : []),
      ...filters.flatMap(({ action }) => (action.forward ? [`forward ${action.forward.toLowerCase()}`] : [])),
    ],
  });
}

/** Filters have no names; the product calls them by what they look for. */
const nameOf = ({ conditions, exceptions }: Criteria): string =>
  [...conditions.map(termOf).sort(), ...exceptions.map((one) => `-${termOf(one)}`).sort()].join(' ');

function termOf(line: string): string {
  const [name = '', ...rest] = line.split(' ');
  const value = rest.join(' ');
  return name === 'attachment' ? 'has:attachment' : `${name}:${/\s/.test(value) ? JSON.stringify(value) : value}`;
}

function replyOf(vacation: Json): Parameters<typeof replyObjects>[0] {
  const text = vacation.responseBodyHtml || vacation.responseBodyPlainText || '';
  const isScheduled = vacation.enableAutoReply && (vacation.startTime ?? vacation.endTime) !== undefined;
  const at = (time: string | undefined): string => (isScheduled && time !== undefined ? moment(Number(time)) : '');
  const nobody = vacation.restrictToDomain === true;
  return {
    status: !vacation.enableAutoReply ? 'off' : isScheduled ? 'scheduled' : 'on',
    audience: nobody ? 'nobody' : vacation.restrictToContacts ? 'contacts' : 'everybody',
    inside: text,
    outside: text,
    subject: vacation.responseSubject ?? '',
    from: at(vacation.startTime),
    until: at(vacation.endTime),
  };
}
