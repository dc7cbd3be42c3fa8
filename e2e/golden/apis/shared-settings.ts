import type { GoldenObject } from '../objects.ts';
import { sorted, textOfHtml } from './ask.ts';

/** A rule for incoming mail in the terms that Gmail's filters and Outlook's rules share: a line for each thing it says. */
export interface SharedRule {
  readonly id: string;
  /** As the product's books call it. */
  readonly name: string;
  readonly conditions: readonly string[];
  readonly exceptions: readonly string[];
  readonly actions: readonly string[];
  readonly enabled: boolean;
}

export interface SharedReply {
  readonly status: 'off' | 'on' | 'scheduled';
  readonly audience: 'everybody' | 'contacts' | 'nobody';
  /** HTML. */
  readonly inside: string;
  readonly outside: string;
  readonly subject: string;
  readonly from: string;
  readonly until: string;
}

const setting = (id: string, key: string, name: string, properties: Record<string, string>): GoldenObject => ({
  kind: 'setting',
  ...{ id, key, name, properties },
});

export const ruleObject = ({ id, name, conditions, exceptions, actions, enabled }: SharedRule): GoldenObject =>
  setting(id, `rule ${sorted(conditions)} but ${sorted(exceptions)}`, `Rule “${name}”`, {
    conditions: sorted(conditions),
    exceptions: sorted(exceptions),
    actions: sorted(actions),
    enabled: String(enabled),
  });

/** Nothing where nobody has chosen anything. */
export const replyObjects = ({ inside, outside, ...reply }: SharedReply): GoldenObject[] =>
  reply.status === 'off' && inside === '' && outside === ''
    ? []
    : [
        setting('automatic-reply', 'automatic-reply', 'Automatic reply', {
          ...reply,
          inside: textOfHtml(inside),
          outside: textOfHtml(outside),
        }),
      ];

/** None where nobody has chosen one: Gmail shows English to them. */
export const languageObjects = (tag: string): GoldenObject[] => {
  const language = tag.split('-')[0] ?? '';
  return language === '' || language === 'en'
    ? []
    : [setting('regional', 'regional', 'Language, time zone and formats', { language })];
};

export const signatureObjects = (html: string): GoldenObject[] =>
  html === '' ? [] : [setting('signature', 'signature', 'Signature', { text: textOfHtml(html) })];
