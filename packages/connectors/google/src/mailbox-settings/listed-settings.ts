import { createHash } from 'node:crypto';
import { filterName, looksForText, pivotOf, type Rule, type Setting, writeSetting } from '@sterna/content';
import { canonicalJson, SternaError } from '@sterna/core';
import { Labels } from '../mail/labels.ts';
import type { PartContext } from '../part.ts';
import { actionsOf, together } from './actions.ts';
import { ACL_READ, CalendarShares, type ListedShare } from './calendar-sharing.ts';
import { criteriaOf } from './criteria.ts';
import {
  type GmailAction,
  type GmailAutoForwarding,
  type GmailDelegate,
  type GmailFilter,
  type GmailForwarding,
  type GmailLanguage,
  type GmailSendAs,
  type GmailVacation,
  READ,
  SETTINGS_PATH,
  UNITS,
} from './gmail-settings.ts';
import type { GroupId } from './groups.ts';
import { automaticReplyOf, forwardingOf, regionalOf, signatureOf } from './preferences.ts';

/** A setting as it was listed. */
export interface ListedSetting {
  readonly id: string;
  readonly version: string;
  /** @throws SternaError object where it can't be told as a whole */
  setting(): Promise<Setting>;
  /** Of a rule: the filters that are it. */
  readonly filters?: readonly GmailFilter[];
}

/** Settings of a mailbox, asked for anew each time: there are few, and nothing tells which of them changed. */
export class ListedSettings {
  readonly #context: PartContext;
  readonly labels: Labels;
  readonly shares: CalendarShares;

  constructor(context: PartContext) {
    this.#context = context;
    this.labels = new Labels(context);
    this.shares = new CalendarShares(context);
  }

  async group(id: GroupId): Promise<readonly ListedSetting[]> {
    switch (id) {
      case 'rules':
        return this.rulesOf((await this.#get<{ readonly filter?: readonly GmailFilter[] }>('/filters')).filter ?? []);
      case 'automatic-reply':
        return listed(automaticReplyOf(await this.#get<GmailVacation>('/vacation')));
      case 'signatures':
        return (await this.sendAs()).flatMap((one) => listed(signatureOf(one)));
      case 'forwarding':
        return listed(forwardingOf(await this.#get<GmailAutoForwarding>('/autoForwarding')));
      case 'delegates': {
        const { delegates = [] } = await this.#get<{ readonly delegates?: readonly GmailDelegate[] }>('/delegates');
        return delegates
          .filter(({ verificationStatus }) => verificationStatus === 'accepted')
          .flatMap(({ delegateEmail }) => listed({ type: 'mail-delegate', who: { address: delegateEmail } }));
      }
      case 'preferences':
        return listed(regionalOf(await this.#get<GmailLanguage>('/language')));
      case 'calendar-sharing':
        return (await this.shares.list())?.map(listedShare) ?? [SHARES_UNREAD];
      case 'categories':
        return [];
    }
  }

  async sendAs(): Promise<readonly GmailSendAs[]> {
    return (await this.#get<{ readonly sendAs?: readonly GmailSendAs[] }>('/sendAs')).sendAs ?? [];
  }

  /** Lower-case addresses that mail may be forwarded to. */
  async verified(): Promise<ReadonlySet<string>> {
    const { forwardingAddresses = [] } = await this.#get<{
      readonly forwardingAddresses?: readonly GmailForwarding[];
    }>('/forwardingAddresses');
    return new Set(
      forwardingAddresses
        .filter(({ verificationStatus }) => verificationStatus === 'accepted')
        .map(({ forwardingEmail }) => forwardingEmail.toLowerCase()),
    );
  }

  /**
   * Filters that look for the same are one rule: all of them act, and Gmail has no other way to say that two labels are
   * wanted. A filter can't be changed, so its own id says nothing of what it was before; what it looks for does.
   */
  rulesOf(filters: readonly GmailFilter[]): readonly ListedSetting[] {
    const groups = Map.groupBy(filters, ({ criteria = {} }) => ruleId(criteriaOf(criteria)));
    return [...groups].map(([id, own], at) => ({
      id,
      version: hashed(own.map(({ action }) => canonicalJson(tidy(action ?? {}))).sort()),
      filters: own,
      setting: () => this.#rule(own, at + 1),
    }));
  }

  async #rule(filters: readonly GmailFilter[], order: number): Promise<Rule> {
    await this.labels.ready();
    try {
      return this.ruleOf(filters, order);
    } catch (thrown) {
      if (!(thrown instanceof SternaError) || thrown.code !== 'rule-folder-gone') throw thrown;
      // It may be newer than the list of labels.
      await this.labels.list();
      return this.ruleOf(filters, order);
    }
  }

  /** Labels are as last listed. @throws SternaError object `rule-folder-gone` */
  ruleOf(filters: readonly GmailFilter[], order: number): Rule {
    const { conditions, exceptions } = criteriaOf(filters[0]?.criteria ?? {});
    const native: string[] = [];
    const actions = actionsOf(
      together(filters.map(({ action }) => action ?? {})),
      this.labels,
      this.#context.settings,
      native,
    );
    return {
      type: 'rule',
      name: filterName({ conditions, exceptions }),
      order,
      enabled: true,
      conditions,
      exceptions,
      actions,
      ...(looksForText({ conditions, exceptions }) ? { texts: 'words' as const } : {}),
      ...(native.length === 0 ? {} : { native: { system: 'google', names: native.sort() } }),
    };
  }

  async #get<T>(path: string): Promise<T> {
    const { body } = await this.#context.client.send<T | undefined>({
      method: 'GET',
      path: `${SETTINGS_PATH}${path}`,
      doing: 'reading the mailbox settings',
      right: READ,
      units: UNITS.read,
    });
    return body ?? ({} as T);
  }
}

/** By what a rule looks for. */
export const ruleId = (rule: Pick<Rule, 'conditions' | 'exceptions'>): string =>
  `rule.${pivot.matchKey(writeSetting({ ...PLAIN, name: filterName(rule) })).toString('hex')}`;

const pivot = pivotOf('setting');
const PLAIN: Rule = { type: 'rule', name: '', order: 1, enabled: true, conditions: {}, exceptions: {}, actions: {} };

/** What isn't set is told in many ways. */
export const tidy = ({ addLabelIds = [], removeLabelIds = [], forward }: GmailAction): GmailAction => ({
  ...(addLabelIds.length === 0 ? {} : { addLabelIds: [...addLabelIds].sort() }),
  ...(removeLabelIds.length === 0 ? {} : { removeLabelIds: [...removeLabelIds].sort() }),
  ...(forward ? { forward: forward.toLowerCase() } : {}),
});

const hashed = (said: unknown): string => createHash('sha256').update(canonicalJson(said)).digest('hex').slice(0, 32);

const listed = (setting: Setting | undefined): readonly ListedSetting[] =>
  setting === undefined ? [] : [{ id: settingId(setting), version: hashed(setting), setting: async () => setting }];

const listedShare = ({ id, version, share }: ListedShare): ListedSetting => ({
  id,
  version,
  setting: async () => share,
});

/** One line in the books instead of none: nobody may take it for “shared with nobody”. */
const SHARES_UNREAD: ListedSetting = {
  id: 'calendar-sharing',
  version: '-',
  setting: async () => {
    throw new SternaError('object', 'sharing-not-readable', 'Who the calendars are shared with could not be read.', {
      fix: `If there are calendars, delegate the scope ${ACL_READ} to the service account and start a delta pass.`,
    });
  },
};

export const settingId = (setting: Setting): string => {
  if (setting.type === 'signature' && setting.who !== undefined)
    return `signature.${setting.who.address.toLowerCase()}`;
  if (setting.type === 'mail-delegate') return `delegate.${setting.who.address.toLowerCase()}`;
  return setting.type;
};
