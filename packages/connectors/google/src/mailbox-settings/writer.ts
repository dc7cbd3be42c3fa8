import { bodyOf, changedResult, doneResult, eachOf, existsResult } from '@sterna/cloud-http';
import type {
  Candidate,
  Container,
  CreateOp,
  FidelityNote,
  InventoryItem,
  Op,
  RemoveOp,
  ReplaceOp,
  Result,
  Writer,
} from '@sterna/connector-kit';
import {
  type AutomaticReply,
  type CalendarSharing,
  type Forwarding,
  type MailDelegate,
  PASSED_OVER,
  pivotOf,
  type Regional,
  type Rule,
  readSetting,
  type Setting,
  type Signature,
  writeSetting,
} from '@sterna/content';
import { canonicalJson, SternaError } from '@sterna/core';
import { type GoogleClient, segment } from '../api/client.ts';
import { isNotDelegated } from '../api/delegated-tokens.ts';
import { containerGone } from '../items/gone.ts';
import type { PartContext } from '../part.ts';
import { toActions } from './actions.ts';
import { criteriaOf, toCriteria } from './criteria.ts';
import {
  type GmailAction,
  type GmailCriteria,
  type GmailFilter,
  type GmailLanguage,
  type GmailSendAs,
  type GmailVacation,
  SETTINGS_PATH,
  SHARING,
  UNITS,
  WRITE,
} from './gmail-settings.ts';
import { GROUP_IDS, GROUPS, type GroupId, groupContainer, groupTitle } from './groups.ts';
import { type ListedSetting, type ListedSettings, ruleId, settingId, tidy } from './listed-settings.ts';
import {
  autoForwardingFor,
  automaticReplyOf,
  DEFAULT_LANGUAGE,
  languageFor,
  regionalOf,
  signatureOf,
  vacationFor,
} from './preferences.ts';
import { groupOf } from './reader.ts';

const pivot = pivotOf('setting');

/** What was written, as Gmail says that it has it. */
interface Written {
  readonly id: string;
  readonly version: string | undefined;
  readonly held: Setting | undefined;
  readonly notes: readonly FidelityNote[];
}

/**
 * Mailbox settings, each under its natural key: a second create of one finds the first. Gmail has no preconditions for
 * them, so what is to be changed is looked at just before.
 */
export class SettingsWriter implements Writer {
  readonly #context: PartContext;
  readonly #listed: ListedSettings;
  #sharing: GoogleClient | undefined;

  constructor(context: PartContext, listed: ListedSettings) {
    this.#context = context;
    this.#listed = listed;
  }

  async ensureContainer(
    path: readonly string[],
  ): Promise<{ readonly container: Container; readonly notes: readonly FidelityNote[] }> {
    const id = GROUP_IDS.find((one) => groupTitle(one) === path.join('/'));
    if (id !== undefined) return { container: groupContainer(id), notes: [] };
    throw new SternaError('config', 'kind-not-held', `The target holds no settings called ${path.join('/')}.`, {
      field: 'kinds.setting',
      fix: 'Switch mailbox settings off, or restore them from a backup that Sterna made.',
    });
  }

  async mark(): Promise<string> {
    return '-';
  }

  async confirm(): Promise<void> {}

  apply(ops: readonly Op[]): Promise<readonly Result[]> {
    return eachOf(
      ops,
      (op) => {
        if (op.verb === 'create') return this.#create(op);
        if (op.verb === 'replace') return this.#replace(op);
        if (op.verb === 'remove') return this.#remove(op);
        throw new SternaError('bug', 'no-such-verb', `There is no ${op.verb} for settings.`);
      },
      (error) => containerGone('mailbox', error),
      // Each is looked at beside those before it.
      1,
    );
  }

  async *candidates(container: string): AsyncGenerator<Candidate> {
    for (const { id, setting } of await this.#all(container))
      yield { targetId: id, digest: pivot.digest(writeSetting(setting)), marked: false };
  }

  async *inventory(
    container: string,
    facets: { readonly matchKey?: boolean; readonly size?: boolean },
  ): AsyncGenerator<InventoryItem> {
    for (const { id, version, setting } of await this.#all(container)) {
      const body = writeSetting(setting);
      yield {
        targetId: id,
        version,
        ...(facets.size === true ? { size: body.length } : {}),
        ...(facets.matchKey === true ? { matchKey: pivot.matchKey(body) } : {}),
      };
    }
  }

  async #idFor(setting: Setting): Promise<string> {
    return setting.type === 'calendar-sharing' ? this.#listed.shares.idOf(setting) : idFor(setting);
  }

  /** Those that can be told as a whole; the others are nothing that could be compared with. */
  async #all(container: string): Promise<readonly (Omit<ListedSetting, 'setting'> & { readonly setting: Setting })[]> {
    const found: (Omit<ListedSetting, 'setting'> & { readonly setting: Setting })[] = [];
    for (const one of await this.#listed.group(groupOf(container)))
      try {
        found.push({ ...one, setting: await one.setting() });
      } catch (thrown) {
        if (!(thrown instanceof SternaError) || thrown.class !== 'object') throw thrown;
      }
    return found;
  }

  async #create(op: CreateOp): Promise<Result> {
    const setting = settingOf(op);
    const id = await this.#idFor(setting);
    const rival = (await this.#listed.group(groupOf(op.container))).find((one) => one.id === id);
    if (rival !== undefined && !(setting.type === 'rule' && (await this.#isHalf(setting, rival.filters ?? []))))
      return existsResult(op, { id: rival.id, version: rival.version });
    return this.#done(op, setting, await this.#write(setting, rival));
  }

  /** An earlier try ended in the middle: some of the rule's filters are there, and no others of its criteria. */
  async #isHalf(rule: Rule, there: readonly GmailFilter[]): Promise<boolean> {
    const wanted = new Set((await this.#actionsOf(rule)).actions.map(saying));
    return there.length < wanted.size && there.every(({ action }) => wanted.has(saying(action ?? {})));
  }

  async #replace(op: ReplaceOp): Promise<Result> {
    const setting = settingOf(op);
    const all = await this.#listed.group(groupOf(op.container));
    const now = all.find(({ id }) => id === op.targetId);
    const id = await this.#idFor(setting);
    const other = id === op.targetId ? undefined : all.find((one) => one.id === id);
    // What it looks for has changed, so it is another rule to Gmail; a first try of this very request may have made it.
    const isThere = other !== undefined && (await isSame(other, setting));
    if (now === undefined) {
      if (!isThere) return { op: op.op, outcome: 'missing' };
      return doneResult(op.op, other.id, other.version);
    }
    if (op.ifVersion !== undefined && now.version !== op.ifVersion) {
      if (await isSame(now, setting)) return doneResult(op.op, now.id, now.version);
      if (!(await this.#isBegun(setting, now.filters ?? [], op.ifVersion))) return changedResult(op.op, now.version);
    }
    if (other !== undefined && !isThere)
      throw new SternaError('object', 'setting-taken', 'The target has another rule that looks for the same.', {
        fix: 'Decide which of the two is to stay, and remove the other.',
      });
    const written = await this.#write(setting, id === op.targetId ? now : other);
    if (id !== op.targetId) await this.#removeOne(now);
    return this.#done(op, setting, written);
  }

  /** An earlier try of this very request ended in the middle: new filters of the rule stand beside those that it had. */
  async #isBegun(setting: Setting, there: readonly GmailFilter[], before: string): Promise<boolean> {
    if (setting.type !== 'rule') return false;
    const wanted = new Set((await this.#actionsOf(setting)).actions.map(saying));
    const { fresh = [], old = [] } = Object.groupBy(there, ({ action }) =>
      wanted.has(saying(action ?? {})) ? 'fresh' : 'old',
    );
    // Some of what is wanted may have been there before.
    return [...subsetsOf(fresh.slice(0, 8))].some(
      (kept) => this.#listed.rulesOf([...old, ...kept])[0]?.version === before,
    );
  }

  async #remove(op: RemoveOp): Promise<Result> {
    const now = (await this.#listed.group(groupOf(op.container))).find(({ id }) => id === op.targetId);
    if (now === undefined) return { op: op.op, outcome: 'missing' };
    if (op.ifVersion !== undefined && now.version !== op.ifVersion) return changedResult(op.op, now.version);
    await this.#removeOne(now);
    return { op: op.op, outcome: 'done' };
  }

  async #removeOne(now: ListedSetting): Promise<void> {
    if (now.filters !== undefined) return this.#removeFilters(now.filters);
    const setting = await now.setting();
    switch (setting.type) {
      case 'calendar-sharing':
        return this.#listed.shares.remove(now.id);
      case 'automatic-reply':
        await this.#put('/vacation', { enableAutoReply: false } satisfies GmailVacation);
        return;
      case 'signature':
        await this.#sign(setting, { signature: '', replyToAddress: '' });
        return;
      case 'forwarding':
        await this.#shared('PUT', '/autoForwarding', { enabled: false }, UNITS.write);
        return;
      case 'mail-delegate':
        await this.#shared('DELETE', `/delegates/${segment(setting.who.address)}`, undefined, UNITS.write);
        return;
      default:
        throw new SternaError('object', 'setting-not-removable', 'This setting can be changed, but not be removed.', {
          fix: 'Change it in the target by hand.',
        });
    }
  }

  /** @param now What is there of it */
  #write(setting: Setting, now: ListedSetting | undefined): Promise<Written> {
    switch (setting.type) {
      case 'rule':
        return this.#writeRule(setting, now?.filters ?? []);
      case 'automatic-reply':
        return this.#writeReply(setting);
      case 'signature':
        return this.#writeSignature(setting);
      case 'regional':
        return this.#writeLanguage(setting, now !== undefined);
      case 'forwarding':
        return this.#forward(setting);
      case 'mail-delegate':
        return this.#delegate(setting);
      case 'calendar-sharing':
        return this.#share(setting);
      default:
        throw new SternaError('object', 'setting-not-held', `Gmail has no place for a ${setting.type}.`);
    }
  }

  /** Filters can't be changed: what is new is made, then what is old goes. */
  async #writeRule(rule: Rule, there: readonly GmailFilter[]): Promise<Written> {
    const criteria = toCriteria(rule);
    const { actions, notes } = await this.#actionsOf(rule);
    const wanted = new Set(actions.map(saying));
    const kept = there.filter(({ action }) => wanted.has(saying(action ?? {})));
    const known = new Set(kept.map(({ action }) => saying(action ?? {})));
    const made: GmailFilter[] = [];
    for (const action of actions) if (!known.has(saying(action))) made.push(await this.#makeFilter(criteria, action));
    await this.#removeFilters(there.filter((one) => !kept.includes(one)));
    const [held] = this.#listed.rulesOf([...kept, ...made]);
    return {
      id: held?.id ?? idFor(rule),
      version: held?.version,
      held: this.#listed.ruleOf([...kept, ...made], rule.order),
      notes,
    };
  }

  async #actionsOf(rule: Rule): Promise<Awaited<ReturnType<typeof toActions>>> {
    const { labels } = this.#listed;
    await labels.ready();
    const actions = (): ReturnType<typeof toActions> =>
      toActions(rule.actions, labels, this.#context.settings, () => this.#listed.verified());
    try {
      return await actions();
    } catch (thrown) {
      if (!(thrown instanceof SternaError) || thrown.code !== 'setting-folder-missing') throw thrown;
      // It may have been made by this very pass.
      await labels.list();
      return actions();
    }
  }

  async #makeFilter(criteria: GmailCriteria, action: GmailAction): Promise<GmailFilter> {
    const { status, body } = await this.#context.client.send<GmailFilter | undefined>({
      method: 'POST',
      path: `${SETTINGS_PATH}/filters`,
      body: { criteria, action },
      doing: 'making a filter',
      right: WRITE,
      units: UNITS.writeFilter,
      // A second one like it is refused with 409; what Gmail can't hold with 400.
      repeatable: true,
      expected: [400, 409],
    });
    if (status === 400)
      throw new SternaError('object', 'rule-not-held', 'Gmail refused this rule.', {
        fix: 'Make it anew in the target by hand.',
        details: { [PASSED_OVER]: true },
      });
    return status === 409 || body === undefined ? { id: '', criteria, action } : body;
  }

  async #removeFilters(filters: readonly GmailFilter[]): Promise<void> {
    for (const { id } of filters)
      if (id !== '')
        await this.#context.client.send({
          method: 'DELETE',
          path: `${SETTINGS_PATH}/filters/${segment(id)}`,
          doing: 'removing a filter',
          right: WRITE,
          units: UNITS.writeFilter,
          repeatable: true,
          expected: [404],
        });
  }

  async #writeReply(reply: AutomaticReply): Promise<Written> {
    const { vacation, notes } = vacationFor(reply);
    const held = automaticReplyOf(await this.#put<GmailVacation>('/vacation', vacation));
    return { ...(await this.#told(reply)), held, notes };
  }

  async #writeSignature(signature: Signature): Promise<Written> {
    const body = { signature: signature.text, replyToAddress: signature.replyTo?.address ?? '' };
    const held = signatureOf(await this.#sign(signature, body));
    return { ...(await this.#told(signature)), held, notes: [] };
  }

  /** @throws SternaError object `setting-not-held` where the mailbox doesn't send from that address */
  async #sign({ who }: Signature, body: Partial<GmailSendAs>): Promise<GmailSendAs> {
    const own = (await this.#listed.sendAs()).find(({ sendAsEmail, isPrimary }) =>
      who === undefined ? isPrimary === true : sendAsEmail.toLowerCase() === who.address.toLowerCase(),
    );
    if (own === undefined)
      throw new SternaError(
        'object',
        'setting-not-held',
        `The mailbox in the target doesn’t send from ${who?.address ?? 'its own address'}; making that address known there would mail somebody.`,
        { fix: 'Add the address in Gmail’s settings; the next delta pass brings its signature.' },
      );
    const { body: now } = await this.#context.client.send<GmailSendAs>({
      method: 'PATCH',
      path: `${SETTINGS_PATH}/sendAs/${segment(own.sendAsEmail)}`,
      body,
      doing: 'changing a signature',
      right: WRITE,
      units: UNITS.patchSendAs,
      repeatable: true,
    });
    return now;
  }

  async #writeLanguage(regional: Regional, isChosen: boolean): Promise<Written> {
    const { language } = regional;
    if (language === undefined)
      throw new SternaError('object', 'setting-not-held', 'Gmail has no place for formats and time zones alone.', {
        details: { [PASSED_OVER]: true },
      });
    const body: GmailLanguage = { displayLanguage: languageFor(language) };
    if (!isChosen && body.displayLanguage === DEFAULT_LANGUAGE)
      throw new SternaError(
        'object',
        'setting-not-held',
        'Gmail shows English already to whoever chose nothing else.',
        {
          details: { [PASSED_OVER]: true },
        },
      );
    const held = regionalOf(await this.#put<GmailLanguage>('/language', body));
    return { ...(await this.#told(regional)), held, notes: [] };
  }

  async #forward(forwarding: Forwarding): Promise<Written> {
    const address = forwarding.to.address.toLowerCase();
    if (!(await this.#listed.verified()).has(address))
      throw new SternaError(
        'object',
        'setting-not-held',
        `All mail is forwarded to ${address}, which is no confirmed address to forward to in this mailbox; to ask for that mails somebody.`,
        { fix: 'Add the address in Gmail’s settings; the next delta pass switches the forwarding on.' },
      );
    await this.#shared('PUT', '/autoForwarding', autoForwardingFor(forwarding), UNITS.write);
    return { ...(await this.#told(forwarding)), held: undefined, notes: [] };
  }

  /** They are mailed nothing: https://developers.google.com/workspace/gmail/api/reference/rest/v1/users.settings.delegates/create */
  async #delegate(delegate: MailDelegate): Promise<Written> {
    const status = await this.#shared(
      'POST',
      '/delegates',
      { delegateEmail: delegate.who.address },
      UNITS.writeDelegate,
    );
    if (status === 400)
      throw new SternaError('object', 'setting-not-held', 'Gmail takes users of the same organization as delegates.', {
        fix: 'Map this person to a user of the target’s organization, and start a delta pass.',
      });
    return { ...(await this.#told(delegate)), held: undefined, notes: [] };
  }

  /** What only an administrator’s service account may. @throws SternaError object `setting-not-held` where it may not */
  async #shared(
    method: 'POST' | 'PUT' | 'DELETE',
    path: string,
    body: object | undefined,
    units: number,
  ): Promise<number> {
    this.#sharing ??= this.#context.other('gmail', [[SHARING]]);
    try {
      const { status } = await this.#sharing.send({
        method,
        path: `${SETTINGS_PATH}${path}`,
        ...(body === undefined ? {} : { body }),
        doing: 'changing who gets the mail',
        right: SHARING,
        units,
        repeatable: true,
        // 409: it is there already.
        expected: [400, 404, 409],
      });
      return status;
    } catch (thrown) {
      if (!isNotDelegated(thrown)) throw thrown;
      throw new SternaError('object', 'setting-not-held', 'Nobody delegated what that takes.', {
        fix: `Delegate the scope ${SHARING} to the service account, or do it by hand.`,
        details: { [PASSED_OVER]: true },
      });
    }
  }

  async #share(setting: CalendarSharing): Promise<Written> {
    const { id, version, share } = await this.#listed.shares.put(setting);
    return { id, version, held: share, notes: [] };
  }

  async #put<T>(path: string, body: T): Promise<T> {
    const { body: now } = await this.#context.client.send<T>({
      method: 'PUT',
      path: `${SETTINGS_PATH}${path}`,
      body,
      doing: 'changing the mailbox settings',
      right: WRITE,
      units: UNITS.write,
      repeatable: true,
    });
    return now;
  }

  async #told(setting: Setting): Promise<{ readonly id: string; readonly version: string | undefined }> {
    const id = settingId(setting);
    const group = GROUP_IDS.find((one) => (GROUPS[one] as readonly string[]).includes(setting.type)) as GroupId;
    return { id, version: (await this.#listed.group(group)).find((one) => one.id === id)?.version };
  }

  #done(op: CreateOp | ReplaceOp, sent: Setting, { id, version, held, notes }: Written): Result {
    const other = held === undefined ? [] : (pivot.differences?.(writeSetting(sent), writeSetting(held)) ?? []);
    if (other.length === 0 || notes.length > 0) return doneResult(op.op, id, version, notes);
    const text = `Gmail holds it without, or with another, ${other.join(', ')}.`;
    return doneResult(op.op, id, version, [{ code: 'setting-adapted', text }]);
  }
}

function settingOf(op: CreateOp | ReplaceOp): Setting {
  const setting = readSetting(bodyOf(op));
  const held: readonly string[] = GROUPS[groupOf(op.container)];
  if (held.includes(setting.type)) return setting;
  throw new SternaError('object', 'setting-not-held', `Gmail has no place for a ${setting.type} there.`);
}

/** As it is listed: what a rule looks for is said anew by Gmail's words. @throws SternaError object `rule-not-held` */
const idFor = (setting: Setting): string =>
  setting.type === 'rule' ? ruleId(criteriaOf(toCriteria(setting))) : settingId(setting);

function* subsetsOf<T>(all: readonly T[]): Generator<readonly T[]> {
  for (let chosen = 0; chosen < 2 ** all.length; chosen += 1) yield all.filter((_, at) => (chosen >> at) % 2 === 1);
}

const saying = (action: GmailAction): string => canonicalJson(tidy(action));

async function isSame(now: ListedSetting, setting: Setting): Promise<boolean> {
  return pivot.digest(writeSetting(await now.setting())).equals(pivot.digest(writeSetting(setting)));
}
