import type { GoldenObject } from '../objects.ts';
import { type Ask, type Json, sorted } from './ask.ts';

/** Settings of a mailbox: rules, categories, automatic reply, preferences, and whom its calendars are shared with. */
export async function settingsOf(ask: Ask): Promise<GoldenObject[]> {
  const folders = await folderPaths(ask);
  const rules = await ask.all('/mailFolders/inbox/messageRules');
  const categories = await ask.all('/outlook/masterCategories');
  const settings = await ask.json('/mailboxSettings');
  return [
    ...rules.map((rule) => ruleObject(rule, folders)),
    ...categories.map((one) => setting(one.id, 'category', one.displayName, { color: one.color })),
    setting('automatic-reply', 'automatic-reply', 'Automatic reply', replyOf(settings.automaticRepliesSetting)),
    setting('regional', 'regional', 'Language and time', {
      language: settings.language?.locale ?? '',
      zone: settings.timeZone ?? '',
      formats: `${settings.dateFormat ?? ''} ${settings.timeFormat ?? ''}`,
    }),
    setting('working-hours', 'working-hours', 'Working hours', {
      hours: JSON.stringify(settings.workingHours ?? {}),
    }),
    setting('meeting-messages', 'meeting-messages', 'Meeting messages', {
      to: settings.delegateMeetingMessageDeliveryOptions ?? '',
    }),
    ...(await sharing(ask)),
  ];
}

const setting = (id: string, sort: string, name: string, properties: Record<string, string>): GoldenObject => ({
  kind: 'setting',
  id,
  key: `${sort} ${name}`,
  name,
  properties,
});

function ruleObject(rule: Json, folders: ReadonlyMap<string, string>): GoldenObject {
  /** Members that say something, with addresses and folders in words that both mailboxes share. */
  const said = (part: Json = {}): string =>
    sorted(
      Object.entries(part ?? {}).flatMap(([name, value]: [string, Json]) => {
        if (value === null || value === false || (Array.isArray(value) && value.length === 0)) return [];
        if (value[0]?.emailAddress !== undefined)
          return `${name} ${value.map(({ emailAddress }: Json) => emailAddress.address.toLowerCase()).join(' ')}`;
        return `${name} ${folders.get(value) ?? JSON.stringify(value)}`;
      }),
    );
  return setting(rule.id, 'rule', rule.displayName, {
    order: String(rule.sequence),
    enabled: String(rule.isEnabled),
    conditions: said(rule.conditions),
    exceptions: said(rule.exceptions),
    actions: said(rule.actions),
  });
}

function replyOf(reply: Json): Record<string, string> {
  const during = (at: Json): string => (reply?.status === 'scheduled' ? `${at?.dateTime} ${at?.timeZone}` : '');
  return {
    status: reply?.status ?? '',
    audience: reply?.externalAudience ?? '',
    inside: reply?.internalReplyMessage ?? '',
    outside: reply?.externalReplyMessage ?? '',
    during: `${during(reply?.scheduledStartDateTime)} ${during(reply?.scheduledEndDateTime)}`.trim(),
  };
}

async function sharing(ask: Ask): Promise<GoldenObject[]> {
  const found: GoldenObject[] = [];
  for (const calendar of (await ask.all('/calendars?$top=100')).filter(({ canShare }) => canShare))
    for (const one of await ask.all(`/calendars/${calendar.id}/calendarPermissions`)) {
      const address = one.emailAddress?.address?.toLowerCase();
      // Without one it is what everybody sees.
      if (address === undefined) continue;
      found.push(setting(`${calendar.id} ${one.id}`, 'sharing', `${calendar.name}: ${address}`, { role: one.role }));
    }
  return found;
}

/** Those that every mailbox has are called otherwise in each language. */
const WELL_KNOWN = ['inbox', 'sentitems', 'drafts', 'deleteditems', 'junkemail', 'archive'];

async function folderPaths(ask: Ask): Promise<Map<string, string>> {
  const paths = new Map<string, string>();
  const known = new Map<string, string>();
  for (const name of WELL_KNOWN) known.set((await ask.json(`/mailFolders/${name}`)).id, name);
  const walk = async (path: string, parent: string): Promise<void> => {
    for (const { id, displayName } of await ask.all(`${path}?$top=100`)) {
      const at = `${parent}/${known.get(id) ?? displayName}`;
      paths.set(id, at);
      await walk(`/mailFolders/${id}/childFolders`, at);
    }
  };
  await walk('/mailFolders', '');
  return paths;
}
