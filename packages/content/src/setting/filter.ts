import { createHash } from 'node:crypto';
import { canonicalJson } from '@sterna/core';
import { criteriaMeaning } from './meaning.ts';
import type { Rule, RuleConditions } from './setting.ts';

const MOST = 200;

/** Conditions whose texts are looked for within a longer one. */
const TEXTS = [
  'fromContains',
  'recipientContains',
  'subjectContains',
  'bodyContains',
  'subjectOrBodyContains',
] as const;

export const looksForText = ({ conditions, exceptions }: Pick<Rule, 'conditions' | 'exceptions'>): boolean =>
  [conditions, exceptions].some((given) => TEXTS.some((name) => (given[name] ?? []).length > 0));

const WORDS: Readonly<Partial<Record<keyof RuleConditions, string>>> = {
  fromContains: 'sender',
  recipientContains: 'recipient',
  subjectContains: 'subject',
  bodyContains: 'body',
  subjectOrBodyContains: 'text',
};

/**
 * What a rule is called where rules have no names: what it looks for, much as one would search for it. The same for the
 * same conditions and exceptions, another for others.
 */
export function filterName(rule: Pick<Rule, 'conditions' | 'exceptions'>): string {
  const { conditions, exceptions } = criteriaMeaning(rule);
  const terms = [...termsOf(conditions), ...termsOf(exceptions).map((term) => `-${term}`)];
  const whole = terms.length === 0 ? 'all mail' : terms.join(' ');
  if (whole.length <= MOST) return whole;
  return `${whole.slice(0, MOST).toWellFormed()}… ${createHash('sha256').update(whole).digest('hex').slice(0, 8)}`;
}

const termsOf = (given: Readonly<Record<string, unknown>>): string[] =>
  Object.entries(given)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, value]) => {
      if (name === 'hasAttachments') return 'has:attachment';
      const values = (Array.isArray(value) ? value : [value]).map(shown);
      return `${WORDS[name as keyof RuleConditions] ?? name}:${values.length === 1 ? values[0] : `{${values.join(' ')}}`}`;
    });

const shown = (value: unknown): string => {
  const text = typeof value === 'string' ? value : canonicalJson(value);
  return /^[^\s{}"]+$/.test(text) ? text : JSON.stringify(text);
};
