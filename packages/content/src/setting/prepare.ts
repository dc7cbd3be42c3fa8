import { SternaError } from '@sterna/core';
import { type Person, personAtTarget } from '../person.ts';
import type { ContentNote, PrepareOptions } from '../pivot.ts';
import { filterName, looksForText } from './filter.ts';
import { readSetting, writeSetting } from './read-setting.ts';
import type { FolderPlace, Rule, RuleActions, RuleConditions, Setting } from './setting.ts';

/** An object that is passed over where this is its error's detail: the target has no such thing, which is no failure. */
export const PASSED_OVER = 'passedOver';

/**
 * A setting as the target is to hold it: folders are those of the target, people are who they are there.
 *
 * @throws SternaError object `setting-not-held` (with the detail PASSED_OVER) for what the target doesn't take;
 *   `setting-folder-missing` where a rule speaks of a folder that isn't migrated: never does it name another one
 */
export function prepareSetting(
  body: Buffer,
  options: PrepareOptions,
): { readonly body: Buffer; readonly notes: readonly ContentNote[] } {
  const setting = readSetting(body);
  const why = options.leavesOut?.(setting.type);
  if (why !== undefined) throw notHeld(why);
  const notes: ContentNote[] = [];
  const prepared = preparedSetting(setting, options, notes);
  return { body: prepared === setting ? body : writeSetting(prepared), notes };
}

const notHeld = (why: { readonly text: string; readonly fix?: string }): SternaError =>
  new SternaError('object', 'setting-not-held', why.text, {
    ...(why.fix === undefined ? {} : { fix: why.fix }),
    details: { [PASSED_OVER]: true },
  });

function preparedSetting(setting: Setting, options: PrepareOptions, notes: ContentNote[]): Setting {
  switch (setting.type) {
    case 'rule':
      return preparedRule(setting, options, notes);
    case 'automatic-reply':
      if (setting.status !== 'off')
        notes.push({
          code: 'automatic-reply-on',
          text: 'The automatic reply is on in the target, too: switch it off in the source when mail no longer arrives there, so that nobody is answered twice.',
        });
      return setting;
    case 'forwarding':
      notes.push({
        code: 'forwards-all-mail',
        text: 'All mail is sent on to somebody: in the target from the first that arrives there.',
      });
      return { ...setting, to: personAtTarget(setting.to, options.mapping) };
    case 'mail-delegate':
      return { ...setting, who: personAtTarget(setting.who, options.mapping) };
    case 'signature': {
      const { who, replyTo } = setting;
      return {
        ...setting,
        ...(who === undefined ? {} : { who: personAtTarget(who, options.mapping) }),
        ...(replyTo === undefined ? {} : { replyTo: personAtTarget(replyTo, options.mapping) }),
      };
    }
    case 'group-access': {
      const { answersTo } = setting;
      return answersTo === undefined ? setting : { ...setting, answersTo: personAtTarget(answersTo, options.mapping) };
    }
    case 'group-alias':
      return { ...setting, address: personAtTarget(setting.address, options.mapping) };
    case 'calendar-sharing':
      return {
        ...setting,
        calendar: placed(setting.calendar, 'event', options),
        ...(typeof setting.who === 'string' ? {} : { who: personAtTarget(setting.who, options.mapping) }),
      };
    default:
      return setting;
  }
}

function preparedRule(rule: Rule, options: PrepareOptions, notes: ContentNote[]): Rule {
  if (rule.native !== undefined)
    notes.push({
      code: 'rule-part-not-held',
      text: `Of this rule the target can’t hold ${rule.native.names.join(', ')}.`,
    });
  const { forwardTo, forwardAsAttachmentTo, redirectTo } = rule.actions;
  const people = [forwardTo, forwardAsAttachmentTo, redirectTo].flatMap((list) => list ?? []);
  if (rule.enabled && people.length > 0)
    notes.push({
      code: 'rule-sends-mail',
      text: 'This rule sends mail on to others: in the target it does so from the first mail that arrives there.',
    });
  return named(
    {
      ...rule,
      conditions: conditionsIn(rule.conditions, options),
      exceptions: conditionsIn(rule.exceptions, options),
      actions: actionsIn(rule.actions, options),
    },
    rule,
    options,
    notes,
  );
}

/** Some systems know a rule by its name, others by what it looks for; and they look for it in their own ways. */
function named(rule: Rule, original: Rule, { rules }: PrepareOptions, notes: ContentNote[]): Rule {
  const { nth: _, texts, ...rest } = rule;
  switch (rules) {
    case undefined:
      return rule;
    case 'named':
      if (texts === undefined) return rule;
      notes.push({
        code: 'rule-texts-otherwise',
        text: 'The source looks for whole words, the target for any text that has them in it: it may act on more mail.',
      });
      return { ...rest, ...(rule.nth === undefined ? {} : { nth: rule.nth }) };
    case 'filters': {
      if (!rule.enabled) throw notHeld(FILTER_OFF);
      if (original.name !== filterName(original))
        notes.push({
          code: 'rule-name-not-held',
          text: 'Rules have no names in the target: it is known there by what it looks for.',
        });
      if (!looksForText(rule)) return { ...rest, name: filterName(rule) };
      if (texts === undefined)
        notes.push({
          code: 'rule-texts-otherwise',
          text: 'The source looks for any text that has these in it, the target for whole words: it may act on less mail.',
        });
      return { ...rest, name: filterName(rule), texts: 'words' };
    }
  }
}

const FILTER_OFF = {
  text: 'This rule is switched off, and rules of the target are always on.',
  fix: 'Make it there by hand when it is wanted.',
};

function conditionsIn(conditions: RuleConditions, options: PrepareOptions): RuleConditions {
  const { from, to } = conditions;
  const people = (list: readonly Person[]): readonly Person[] =>
    list.map((one) => personAtTarget(one, options.mapping));
  return {
    ...conditions,
    ...(from === undefined ? {} : { from: people(from) }),
    ...(to === undefined ? {} : { to: people(to) }),
  };
}

function actionsIn(actions: RuleActions, options: PrepareOptions): RuleActions {
  const changed: Record<string, unknown> = { ...actions };
  for (const name of ['forwardTo', 'forwardAsAttachmentTo', 'redirectTo'] as const)
    if (actions[name] !== undefined) changed[name] = actions[name].map((one) => personAtTarget(one, options.mapping));
  for (const name of ['moveTo', 'copyTo'] as const)
    if (actions[name] !== undefined) changed[name] = placed(actions[name], 'message', options);
  return changed;
}

function placed(place: FolderPlace, kind: 'message' | 'event', { placeOf }: PrepareOptions): FolderPlace {
  if (placeOf === undefined) return place;
  const found = placeOf(kind, place);
  if ('path' in found) return found;
  throw new SternaError(
    'object',
    'setting-folder-missing',
    `It speaks of the ${kind === 'event' ? 'calendar' : 'folder'} ${place.path.join('/')}, and ${found.missing}.`,
    { fix: 'Migrate that folder as well; the next delta pass brings this setting.' },
  );
}
