import type { GoldenObject, Organization } from '../objects.ts';
import { type Ask, type Json, moment } from './ask.ts';
import { signIn } from './graph-ask.ts';
import { languageObjects, replyObjects, ruleObject } from './shared-settings.ts';

/** A tenant whose people have settings, too: of those what Gmail has as well, in the terms of both. */
export const withSharedSettings = (organization: Organization, baseUrl: string, domain: string): Organization => ({
  ...organization,
  async read(holder) {
    const graph = await signIn(baseUrl, domain);
    const ask = graph(`/users/${encodeURIComponent(holder.address)}`);
    return [...(await organization.read(holder)), ...(await sharedSettings(ask))];
  },
});

async function sharedSettings(ask: Ask): Promise<GoldenObject[]> {
  const folders = await folderPaths(ask);
  const { automaticRepliesSetting: reply, language } = await ask.json('/mailboxSettings');
  return [
    ...(await ask.all('/mailFolders/inbox/messageRules')).map((rule) => ruleOf(rule, folders)),
    ...replyObjects(replyOf(reply)),
    ...languageObjects(language?.locale ?? ''),
  ];
}

const addresses = (people: Json[] = []): string[] =>
  people.map(({ emailAddress }) => emailAddress.address.toLowerCase());

function criteriaOf(given: Json): string[] {
  const { fromAddresses, sentToAddresses, subjectContains, bodyOrSubjectContains, hasAttachments, ...others } =
    given ?? {};
  return [
    ...addresses(fromAddresses).map((one) => `from ${one}`),
    ...addresses(sentToAddresses).map((one) => `to ${one}`),
    ...(subjectContains ?? []).map((one: string) => `subject ${one}`),
    ...(bodyOrSubjectContains ?? []).map((one: string) => `text ${one}`),
    ...(hasAttachments ? ['attachment'] : []),
    ...unknown(others),
  ];
}

/** What has no word here is told as it is, so that it differs. */
const unknown = (others: Json): string[] =>
  Object.entries(others).flatMap(([name, value]: [string, Json]) =>
    value === null || value === false || (Array.isArray(value) && value.length === 0)
      ? []
      : [`${name} ${JSON.stringify(value)}`],
  );

function ruleOf(rule: Json, folders: ReadonlyMap<string, string>): GoldenObject {
  const { moveToFolder, assignCategories, markAsRead, markImportance, forwardTo, redirectTo, ...others } =
    rule.actions ?? {};
  const { delete: isDeleted, ...rest } = others;
  return ruleObject({
    id: rule.id,
    name: rule.displayName,
    conditions: criteriaOf(rule.conditions),
    exceptions: criteriaOf(rule.exceptions),
    enabled: rule.isEnabled,
    actions: [
      ...(moveToFolder ? [`folder ${folders.get(moveToFolder) ?? moveToFolder}`] : []),
      ...(assignCategories ?? []).map((name: string) => `category ${name}`),
      ...(markAsRead ? ['read'] : []),
      ...(markImportance ? [`importance ${markImportance}`] : []),
      ...(isDeleted ? ['trash'] : []),
      ...addresses([...(forwardTo ?? []), ...(redirectTo ?? [])]).map((one) => `forward ${one}`),
      ...unknown(rest),
    ],
  });
}

async function folderPaths(ask: Ask): Promise<Map<string, string>> {
  const paths = new Map<string, string>();
  const walk = async (path: string, above: string): Promise<void> => {
    for (const { id, displayName } of await ask.all(`${path}?$top=100`)) {
      paths.set(id, `${above}${displayName}`);
      await walk(`/mailFolders/${id}/childFolders`, `${above}${displayName}/`);
    }
  };
  await walk('/mailFolders', '');
  paths.set((await ask.json('/mailFolders/archive')).id, 'archive');
  return paths;
}

const STATUSES: Readonly<Record<string, 'off' | 'on' | 'scheduled'>> = {
  disabled: 'off',
  alwaysEnabled: 'on',
  scheduled: 'scheduled',
};
const AUDIENCES: Readonly<Record<string, 'everybody' | 'contacts' | 'nobody'>> = {
  all: 'everybody',
  contactsOnly: 'contacts',
  none: 'nobody',
};

function replyOf(reply: Json): Parameters<typeof replyObjects>[0] {
  const status = STATUSES[reply?.status] ?? 'off';
  const at = (given: Json): string =>
    status === 'scheduled' && given ? moment(`${given.dateTime.slice(0, 19)}Z`) : '';
  return {
    status,
    audience: AUDIENCES[reply?.externalAudience] ?? 'everybody',
    inside: reply?.internalReplyMessage ?? '',
    outside: reply?.externalReplyMessage ?? '',
    subject: '',
    from: at(reply?.scheduledStartDateTime),
    until: at(reply?.scheduledEndDateTime),
  };
}
