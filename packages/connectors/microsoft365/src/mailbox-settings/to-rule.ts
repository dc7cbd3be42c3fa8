import {
  type FolderPlace,
  PASSED_OVER,
  type Person,
  type Rule,
  type RuleActions,
  type RuleConditions,
} from '@sterna/content';
import { SternaError } from '@sterna/core';
import type { Actions, GraphRule, Predicates } from './graph-settings.ts';
import { MOST_KB, RULE_WORDS, swapped } from './rule-words.ts';

/** The id of a mail folder of the target. @throws SternaError object `setting-folder-missing` */
export type IdOf = (place: FolderPlace) => string;

export type RuleFields = Omit<GraphRule, 'id' | 'hasError' | 'isReadOnly'>;

/**
 * A rule as Graph takes it.
 *
 * @param now What it is to replace: Graph may take what isn't mentioned for unchanged, so what is left out is said to be
 *   nothing
 * @throws SternaError object
 */
export function toRule(rule: Rule, idOf: IdOf, now?: GraphRule): RuleFields {
  return {
    displayName: rule.name,
    sequence: rule.order,
    isEnabled: rule.enabled,
    conditions: over(now?.conditions, predicatesOf(rule.conditions)),
    exceptions: over(now?.exceptions, predicatesOf(rule.exceptions)),
    actions: over(now?.actions, actionsOf(rule.actions, idOf)),
  };
}

function over(now: Predicates | null | undefined, wanted: Record<string, unknown>): Record<string, unknown> {
  const left = Object.keys(now ?? {}).filter((name) => !name.startsWith('@') && !(name in wanted));
  return { ...Object.fromEntries(left.map((name) => [name, null])), ...wanted };
}

const notHeld = (what: string): SternaError =>
  new SternaError('object', 'rule-not-held', `Exchange can’t hold this rule: ${what}.`, {
    fix: 'Make it anew in the target by hand; with a part left out it would act on other mail.',
    details: { [PASSED_OVER]: true },
  });

function predicatesOf(conditions: RuleConditions): Record<string, unknown> {
  const { conditionLists, conditionPeople, addressed, is, flagged } = RULE_WORDS;
  const lists = swapped(conditionLists);
  const people = swapped(conditionPeople);
  const found: Record<string, unknown> = {};
  const flags = (names: readonly string[], words: Readonly<Record<string, string>>): void => {
    for (const name of names) {
      const word = words[name];
      if (word === undefined) throw notHeld('it has no such condition');
      found[word] = true;
    }
  };
  for (const [name, value] of Object.entries(conditions)) {
    if (lists[name] !== undefined) found[lists[name]] = value;
    else if (people[name] !== undefined) found[people[name]] = recipients(value as readonly Person[]);
    else if (name === 'addressed') flags(value as readonly string[], swapped(addressed));
    else if (name === 'is') flags(value as readonly string[], swapped(is));
    else if (name === 'hasAttachments' && value === true) found.hasAttachments = true;
    else if (name === 'importance' || name === 'sensitivity') found[name] = value;
    else if (name === 'flaggedFor' && swapped(flagged)[String(value)] !== undefined)
      found.messageActionFlag = swapped(flagged)[String(value)];
    else if (name === 'size') found.withinSizeRange = rangeOf(value as NonNullable<RuleConditions['size']>);
    else throw notHeld('it has no such condition');
  }
  return found;
}

const rangeOf = ({ atLeast, atMost }: NonNullable<RuleConditions['size']>) => ({
  minimumSize: Math.ceil((atLeast ?? 0) / 1024),
  maximumSize: atMost === undefined ? MOST_KB : Math.floor(atMost / 1024),
});

function actionsOf(actions: RuleActions, idOf: IdOf): Actions & Record<string, unknown> {
  const { moveTo, copyTo, categories, markRead, importance, stop } = actions;
  const found: Record<string, unknown> = {
    ...(moveTo === undefined ? {} : { moveToFolder: idOf(moveTo) }),
    ...(copyTo === undefined ? {} : { copyToFolder: idOf(copyTo) }),
    ...(categories === undefined ? {} : { assignCategories: categories }),
    ...(markRead === true ? { markAsRead: true } : {}),
    ...(importance === undefined ? {} : { markImportance: importance }),
    ...(actions.delete === 'trash' ? { delete: true } : {}),
    ...(actions.delete === 'forever' ? { permanentDelete: true } : {}),
    ...(stop === true ? { stopProcessingRules: true } : {}),
  };
  for (const name of Object.values(RULE_WORDS.actionPeople))
    if (actions[name] !== undefined) found[name] = recipients(actions[name]);
  if (Object.keys(found).length === 0) throw notHeld('nothing of what it does is known there');
  return found;
}

const recipients = (people: readonly Person[]) =>
  people.map(({ address, name }) => ({ emailAddress: { address, name: name ?? address } }));
