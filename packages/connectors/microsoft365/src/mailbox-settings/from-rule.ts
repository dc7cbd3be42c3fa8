import type { FolderPlace, Person, Rule, RuleActions, RuleConditions } from '@sterna/content';
import { SternaError } from '@sterna/core';
import type { Actions, GraphRule, Predicates } from './graph-settings.ts';
import { MOST_KB, RULE_WORDS } from './rule-words.ts';

/** The place of a mail folder by its id; undefined where there is none. */
export type PlaceOf = (id: string) => FolderPlace | undefined;

/**
 * A rule in neutral terms. One that can't be said as a whole isn't said at all: with a condition left out it would act on
 * more mail than it is meant for.
 *
 * @param nth Of the rules of its name, which one
 * @throws SternaError object `rule-not-readable` | `rule-folder-gone`
 */
export function fromRule(rule: GraphRule, nth: number, placeOf: PlaceOf): Rule {
  if (rule.isReadOnly === true || rule.hasError === true)
    throw notReadable(
      rule.hasError === true
        ? 'Exchange itself says that it is broken'
        : 'only the program that made it knows all of it',
    );
  const native: string[] = [];
  const actions = actionsOf(rule.actions ?? {}, placeOf, native);
  if (Object.keys(actions).length === 0) throw notReadable('what it does is nothing that Graph tells');
  return {
    type: 'rule',
    name: rule.displayName ?? '',
    ...(nth > 1 ? { nth } : {}),
    order: rule.sequence ?? 1,
    enabled: rule.isEnabled !== false,
    conditions: conditionsOf(rule.conditions ?? {}),
    exceptions: conditionsOf(rule.exceptions ?? {}),
    actions,
    ...(native.length === 0 ? {} : { native: { system: 'microsoft365', names: native.sort() } }),
  };
}

const notReadable = (why: string): SternaError =>
  new SternaError('object', 'rule-not-readable', `This rule was not migrated: ${why}.`, {
    fix: 'Look at it in Outlook and make it anew in the target.',
  });

/** Graph tells what isn't set as null, false, an empty list, or not at all. */
const isSet = (value: unknown): boolean =>
  value !== undefined && value !== null && value !== false && !(Array.isArray(value) && value.length === 0);

const has = <T extends object>(words: T, name: string): name is keyof T & string => Object.hasOwn(words, name);

function conditionsOf(given: Predicates): RuleConditions {
  const { conditionLists, conditionPeople, addressed, is, flagged } = RULE_WORDS;
  const found: Record<string, unknown> = {};
  const owner: string[] = [];
  const kinds: string[] = [];
  for (const [name, value] of Object.entries(given)) {
    if (name.startsWith('@') || !isSet(value)) continue;
    if (has(conditionLists, name)) found[conditionLists[name]] = value;
    else if (has(conditionPeople, name)) found[conditionPeople[name]] = peopleOf(value);
    else if (has(addressed, name)) owner.push(addressed[name]);
    else if (has(is, name)) kinds.push(is[name]);
    else if (name === 'hasAttachments' || name === 'importance' || name === 'sensitivity') found[name] = value;
    else if (name === 'messageActionFlag' && has(flagged, String(value)))
      found.flaggedFor = flagged[String(value) as keyof typeof flagged];
    else if (name === 'withinSizeRange') found.size = sizeOf(value);
    else throw notReadable('it has a condition that nobody but Exchange knows');
  }
  return {
    ...found,
    ...(owner.length === 0 ? {} : { addressed: owner.sort() as NonNullable<RuleConditions['addressed']> }),
    ...(kinds.length === 0 ? {} : { is: kinds.sort() }),
  };
}

/** Of kilobytes: https://learn.microsoft.com/en-us/graph/api/resources/sizerange */
function sizeOf(value: unknown): NonNullable<RuleConditions['size']> {
  const { minimumSize, maximumSize } = value as { minimumSize?: number | null; maximumSize?: number | null };
  return {
    ...(typeof minimumSize === 'number' && minimumSize > 0 ? { atLeast: minimumSize * 1024 } : {}),
    ...(typeof maximumSize === 'number' && maximumSize > 0 && maximumSize < MOST_KB
      ? { atMost: maximumSize * 1024 }
      : {}),
  };
}

function actionsOf(given: Actions, placeOf: PlaceOf, native: string[]): RuleActions {
  const { actionPeople, actionFolders } = RULE_WORDS;
  const found: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given)) {
    if (name.startsWith('@') || !isSet(value)) continue;
    if (has(actionPeople, name)) found[actionPeople[name]] = peopleOf(value);
    else if (has(actionFolders, name)) found[actionFolders[name]] = folderOf(String(value), placeOf);
    else if (name === 'assignCategories') found.categories = value;
    else if (name === 'markAsRead') found.markRead = true;
    else if (name === 'markImportance') found.importance = value;
    else if (name === 'stopProcessingRules') found.stop = true;
    else if (name === 'delete') found.delete ??= 'trash';
    else if (name === 'permanentDelete') found.delete = 'forever';
    else native.push(name);
  }
  return found;
}

function folderOf(id: string, placeOf: PlaceOf): FolderPlace {
  const place = placeOf(id);
  if (place !== undefined) return place;
  throw new SternaError(
    'object',
    'rule-folder-gone',
    'This rule was not migrated: the folder that it speaks of is gone.',
    {
      fix: 'Choose another folder for it in Outlook, or remove it; then start a delta pass.',
    },
  );
}

const peopleOf = (value: unknown): readonly Person[] =>
  (value as readonly { emailAddress?: { address?: string | null; name?: string | null } | null }[]).flatMap(
    ({ emailAddress }) => {
      const { address, name } = emailAddress ?? {};
      return address ? [{ address, ...(name ? { name } : {}) }] : [];
    },
  );
