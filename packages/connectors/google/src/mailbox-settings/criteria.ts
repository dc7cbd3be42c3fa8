import type { Person, RuleConditions } from '@sterna/content';
import { PASSED_OVER } from '@sterna/content';
import { SternaError } from '@sterna/core';
import { isAddress } from '../settings.ts';
import type { GmailCriteria } from './gmail-settings.ts';
import { type Clause, canBeSearched, type Field, parseSearch, type Term, writeSearch, writeValue } from './search.ts';

export interface Criteria {
  readonly conditions: RuleConditions;
  readonly exceptions: RuleConditions;
}

/** All mail: a filter must look for something, and no message is smaller. */
const ANY_SIZE = 1;

/** Why a rule is none that a filter could be. */
export const notHeld = (what: string): SternaError =>
  new SternaError('object', 'rule-not-held', `Gmail can’t hold this rule: ${what}.`, {
    fix: 'Make it anew in the target by hand; with a part left out it would act on other mail.',
    details: { [PASSED_OVER]: true },
  });

/**
 * What a filter looks for, in neutral words; what those don’t reach is kept as one expression of Gmail’s search. Fields that
 * say nothing by themselves may do so in it (quotation marks that are closed in the next field): it is read again, as it
 * will be in another mailbox.
 */
export function criteriaOf(given: GmailCriteria): Criteria {
  const search = asSearch(given);
  return inWords(given) ?? inWords(toCriteria(search)) ?? search;
}

function inWords({ from, to, subject, query, negatedQuery, ...rest }: GmailCriteria): Criteria | undefined {
  const clauses: Clause[] = [];
  for (const [field, text] of [
    ['from', from],
    ['to', to],
  ] as const) {
    if (!text) continue;
    const said = parseSearch(text);
    const [only] = said ?? [];
    if (said?.length !== 1 || only?.negated !== false || only.any.length !== 1 || only.any[0]?.field !== '')
      return undefined;
    clauses.push({ negated: false, any: [{ field, values: only.any[0].values }] });
  }
  if (subject) {
    // A phrase as it stands, unless it is plainly more.
    const phrase = spaced(subject);
    const said = /[{}()"]|\bOR\b/.test(subject) ? parseSearch(`subject:(${subject})`) : undefined;
    if (said !== undefined) clauses.push(...said);
    else if (canBeSearched(phrase) && !/[{}()]|\bOR\b/.test(subject))
      clauses.push({ negated: false, any: [{ field: 'subject', values: [phrase] }] });
    else return undefined;
  }
  if (rest.hasAttachment === true) clauses.push({ negated: false, any: [{ field: 'has', values: ['attachment'] }] });
  const bound = { larger: 'larger', smaller: 'smaller' } as const;
  const side = bound[rest.sizeComparison as keyof typeof bound];
  if (side !== undefined && rest.size !== undefined && !(side === 'larger' && rest.size <= ANY_SIZE))
    clauses.push({ negated: false, any: [{ field: side, values: [String(rest.size)] }] });
  if (query) {
    const said = parseSearch(query);
    if (said === undefined) return undefined;
    clauses.push(...said);
  }
  if (negatedQuery) {
    const said = parseSearch(negatedQuery);
    // Not all of them together is something else than none of them.
    if (said?.length !== 1 || said[0]?.negated !== false) return undefined;
    clauses.push({ ...said[0], negated: true });
  }
  return conditionsOf(clauses);
}

const spaced = (text: string): string => text.trim().replace(/\s+/g, ' ');

/** Undefined where it says something that the words of conditions don’t. */
function conditionsOf(clauses: readonly Clause[]): Criteria | undefined {
  const conditions: Record<string, unknown> = {};
  const exceptions: Record<string, unknown> = {};
  for (const { negated, any } of clauses) {
    if (!negated && any.length !== 1) return undefined;
    for (const term of negated ? any.flatMap(sorts) : any) {
      const said = wordOf(term);
      if (said === undefined) return undefined;
      const [name, value] = said;
      const found = negated ? exceptions : conditions;
      const before = found[name];
      if (before === undefined) found[name] = value;
      // Of exceptions any is enough, of conditions all must hold.
      else if (negated && Array.isArray(before)) found[name] = allOf(before, value as readonly (Person | string)[]);
      else if (
        !negated &&
        name === 'size' &&
        Object.keys(before as object).every((side) => !(side in (value as object)))
      )
        found[name] = { ...(before as object), ...(value as object) };
      else return undefined;
    }
  }
  return { conditions, exceptions };
}

/** Each once. */
const allOf = (
  some: readonly (Person | string)[],
  others: readonly (Person | string)[],
): readonly (Person | string)[] => [
  ...new Map([...some, ...others].map((one) => [typeof one === 'string' ? one : one.address, one])).values(),
];

/** Of exceptions any is enough, so that people, parts of addresses and the owner are each one of their own. */
const sorts = ({ field, values }: Term): readonly Term[] =>
  PEOPLE[field] === undefined && OWNER[field] === undefined
    ? [{ field, values }]
    : [...Map.groupBy(values, (one) => (one.toLowerCase() === 'me' ? 'me' : isAddress(one))).values()].map((some) => ({
        field,
        values: some,
      }));

const LISTS: Readonly<Partial<Record<Field, keyof RuleConditions>>> = {
  '': 'subjectOrBodyContains',
  subject: 'subjectContains',
  list: 'list',
};
const PEOPLE: Readonly<Partial<Record<Field, readonly [people: keyof RuleConditions, texts: keyof RuleConditions]>>> = {
  from: ['from', 'fromContains'],
  to: ['to', 'recipientContains'],
};
const OWNER: Readonly<Partial<Record<Field, string>>> = { to: 'to-or-cc', cc: 'cc' };

function wordOf({ field, values }: Term): readonly [name: string, value: unknown] | undefined {
  const [only = ''] = values;
  const owner = OWNER[field];
  if (owner !== undefined && values.length === 1 && only.toLowerCase() === 'me') return ['addressed', [owner]];
  if (values.some((value) => value.toLowerCase() === 'me')) return undefined;
  const people = PEOPLE[field];
  if (people !== undefined)
    return values.every(isAddress)
      ? [people[0], values.map((address): Person => ({ address }))]
      : [people[1], [...values]];
  const list = LISTS[field];
  if (list !== undefined) return [list, [...values]];
  if (field === 'has') return values.length === 1 && only === 'attachment' ? ['hasAttachments', true] : undefined;
  const bytes = field === 'larger' || field === 'smaller' ? bytesOf(only) : undefined;
  if (bytes === undefined || values.length !== 1) return undefined;
  return ['size', field === 'larger' ? { atLeast: bytes } : { atMost: bytes }];
}

function bytesOf(text: string): number | undefined {
  const found = /^(\d{1,12})([km]?)$/i.exec(text);
  if (found === null) return undefined;
  const unit = { k: 1024, m: 1024 * 1024 }[(found[2] ?? '').toLowerCase()] ?? 1;
  return Number(found[1]) * unit;
}

function asSearch({
  from,
  to,
  subject,
  query,
  negatedQuery,
  hasAttachment,
  size,
  sizeComparison,
}: GmailCriteria): Criteria {
  const terms = [
    ...(from ? [`from:(${from})`] : []),
    ...(to ? [`to:(${to})`] : []),
    ...(subject ? [`subject:(${subject})`] : []),
    ...(query ? [query] : []),
    ...(hasAttachment === true ? ['has:attachment'] : []),
    ...(size !== undefined && /^(?:larger|smaller)$/.test(sizeComparison ?? '') ? [`${sizeComparison}:${size}`] : []),
  ];
  return {
    conditions: terms.length === 0 ? {} : { search: terms.join(' ') },
    exceptions: negatedQuery ? { search: negatedQuery } : {},
  };
}

/**
 * What a filter is to look for.
 *
 * @throws SternaError object `rule-not-held`
 */
export function toCriteria({ conditions, exceptions }: Criteria): GmailCriteria {
  const { from, to, subjectContains, hasAttachments, size, search, ...others } = conditions;
  const [subject, ...subjects] = subjectContains ?? [];
  const isPhrase =
    subject !== undefined && subjects.length === 0 && spaced(subject) === subject && !/[{}()"]|\bOR\b/.test(subject);
  if (isPhrase) check(subject);
  if ((others.addressed ?? []).length > 1) throw notHeld('filters know nothing like its addressed');
  const terms = [
    ...termsOf({ ...others, ...(isPhrase || subject === undefined ? {} : { subjectContains }) }),
    ...(size?.atLeast !== undefined && size.atMost !== undefined ? termsOf({ size: { atMost: size.atMost } }) : []),
  ];
  const query = joined(
    terms.map((term) => ({ negated: false, any: [term] })),
    search,
  );
  const none = termsOf(exceptions);
  const negated = joined(none.length === 0 ? [] : [{ negated: false, any: none }], exceptions.search);
  const bytes = size?.atLeast ?? size?.atMost;
  const found: GmailCriteria = {
    ...(from === undefined ? {} : { from: addressesOf(from) }),
    ...(to === undefined ? {} : { to: addressesOf(to) }),
    ...(isPhrase ? { subject } : {}),
    ...(query === '' ? {} : { query }),
    ...(negated === '' ? {} : { negatedQuery: negated }),
    ...(hasAttachments === true ? { hasAttachment: true } : {}),
    ...(bytes === undefined ? {} : { size: bytes, sizeComparison: size?.atLeast === undefined ? 'smaller' : 'larger' }),
  };
  return Object.keys(found).length > 0 ? found : { size: ANY_SIZE, sizeComparison: 'larger' };
}

const joined = (clauses: readonly Clause[], search: string | undefined): string => {
  const written = writeSearch(clauses);
  if (search === undefined) return written;
  return written === '' ? search : `${written} (${search})`;
};

const addressesOf = (people: readonly Person[]): string =>
  people.map(({ address }) => writeValue(check(address))).join(' OR ');

function check(value: string): string {
  if (canBeSearched(value)) return value;
  throw notHeld('it looks for a text that Gmail can’t look for');
}

/** Without what is no term: `search`. */
function termsOf(given: RuleConditions): readonly Term[] {
  const found: Term[] = [];
  for (const [name, value] of Object.entries(given))
    if (name !== 'search') found.push(...termsFor(name as keyof RuleConditions, value));
  return found;
}

function termsFor(name: keyof RuleConditions, value: unknown): readonly Term[] {
  const of = (field: Field, values: readonly string[]): readonly Term[] => [{ field, values: values.map(check) }];
  for (const [field, [people, texts]] of Object.entries(PEOPLE) as [Field, readonly [string, string]][]) {
    if (name === people)
      return of(
        field,
        (value as readonly Person[]).map(({ address }) => address),
      );
    if (name === texts) return of(field, value as readonly string[]);
  }
  for (const [field, list] of Object.entries(LISTS) as [Field, string][])
    if (name === list) return of(field, value as readonly string[]);
  if (name === 'hasAttachments' && value === true) return of('has', ['attachment']);
  if (name === 'addressed') {
    const fields = (Object.keys(OWNER) as Field[]).filter((one) =>
      (value as readonly string[]).includes(OWNER[one] ?? ''),
    );
    if (fields.length === (value as readonly string[]).length) return fields.flatMap((field) => of(field, ['me']));
  }
  if (name === 'size') {
    const { atLeast, atMost } = value as NonNullable<RuleConditions['size']>;
    // Both at once can be an exception nowhere.
    if (atLeast !== undefined && atMost === undefined) return of('larger', [String(atLeast)]);
    if (atMost !== undefined && atLeast === undefined) return of('smaller', [String(atMost)]);
  }
  throw notHeld(`filters know nothing like its ${name}`);
}
