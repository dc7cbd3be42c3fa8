import { type FoundMessage, type SuiteEndpoint, sparing } from '@sterna/connector-suite';
import { onlyFor } from '../calendar/suite-endpoint.ts';
import { simulated } from '../mail/suite-endpoint.ts';
import { DirectGraph, expectNoInvitations, type GraphEnd, type Json } from '../outlook/direct-graph.ts';

/** The suite's rules in Graph's terms and back, by hand: each line is one of Graph's names, ours, and how it is said. */
const PREDICATES: readonly (readonly [graph: string, ours: string, how: 'same' | 'people' | 'kb', flag?: string])[] = [
  ['fromAddresses', 'from', 'people'],
  ['sentToAddresses', 'to', 'people'],
  ['senderContains', 'fromContains', 'same'],
  ['recipientContains', 'recipientContains', 'same'],
  ['subjectContains', 'subjectContains', 'same'],
  ['bodyContains', 'bodyContains', 'same'],
  ['bodyOrSubjectContains', 'subjectOrBodyContains', 'same'],
  ['headerContains', 'headerContains', 'same'],
  ['categories', 'categories', 'same'],
  ['hasAttachments', 'hasAttachments', 'same'],
  ['importance', 'importance', 'same'],
  ['sensitivity', 'sensitivity', 'same'],
  ['withinSizeRange', 'size', 'kb'],
  ['sentToMe', 'addressed', 'same', 'to'],
  ['sentCcMe', 'addressed', 'same', 'cc'],
  ['sentOnlyToMe', 'addressed', 'same', 'only-to'],
  ['isAutomaticReply', 'is', 'same', 'automatic-reply'],
  ['isSigned', 'is', 'same', 'signed'],
];
const LIMITLESS = 2_097_151;

function predicates(ours: Json): Json {
  const found: Json = {};
  for (const [graph, name, how, flag] of PREDICATES) {
    const value = ours[name];
    if (value === undefined) continue;
    if (flag !== undefined) {
      if (value.includes(flag)) found[graph] = true;
    } else if (how === 'people') found[graph] = value.map((one: Json) => ({ emailAddress: one }));
    else if (how === 'kb')
      found[graph] = {
        minimumSize: (value.atLeast ?? 0) / 1024,
        maximumSize: value.atMost === undefined ? LIMITLESS : value.atMost / 1024,
      };
    else found[graph] = value;
  }
  if (ours.flaggedFor === 'follow-up') found.messageActionFlag = 'followUp';
  return found;
}

function ours(given: Json = {}): Json {
  const found: Json = {};
  for (const [graph, name, how, flag] of PREDICATES) {
    const value = given[graph];
    if (value === undefined || value === null) continue;
    if (flag !== undefined) found[name] = [...(found[name] ?? []), flag];
    else if (how === 'people') found[name] = value.map((one: Json) => ({ address: one.emailAddress.address }));
    else if (how === 'kb')
      found[name] = {
        ...(value.minimumSize > 0 ? { atLeast: value.minimumSize * 1024 } : {}),
        ...(value.maximumSize < LIMITLESS ? { atMost: value.maximumSize * 1024 } : {}),
      };
    else found[name] = value;
  }
  if (given.messageActionFlag === 'followUp') found.flaggedFor = 'follow-up';
  return found;
}

const people = (list: Json) => list?.map((one: Json) => ({ emailAddress: one }));
const addresses = (list: Json) => list?.map((one: Json) => ({ address: one.emailAddress.address }));
const without = (given: Json): Json =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined && value !== null));

function graphOf(raw: Buffer): Json {
  const { name, enabled, conditions, exceptions, actions } = JSON.parse(raw.toString('utf8'));
  return {
    displayName: name,
    isEnabled: enabled,
    conditions: predicates(conditions),
    exceptions: predicates(exceptions),
    actions: without({
      delete: actions.delete === 'trash' ? true : undefined,
      markAsRead: actions.markRead,
      markImportance: actions.importance,
      assignCategories: actions.categories,
      forwardTo: people(actions.forwardTo),
      forwardAsAttachmentTo: people(actions.forwardAsAttachmentTo),
      redirectTo: people(actions.redirectTo),
      stopProcessingRules: actions.stop,
    }),
  };
}

function rawOf({ displayName, sequence, isEnabled, conditions, exceptions, actions }: Json): Buffer {
  const { forwardTo, forwardAsAttachmentTo, redirectTo } = actions;
  return Buffer.from(
    JSON.stringify({
      type: 'rule',
      name: displayName,
      order: sequence,
      enabled: isEnabled,
      conditions: ours(conditions),
      exceptions: ours(exceptions),
      actions: without({
        delete: actions.delete === true ? 'trash' : undefined,
        markRead: actions.markAsRead,
        importance: actions.markImportance,
        categories: actions.assignCategories,
        forwardTo: addresses(forwardTo),
        forwardAsAttachmentTo: addresses(forwardAsAttachmentTo),
        redirectTo: addresses(redirectTo),
        stop: actions.stopProcessingRules,
      }),
    }),
  );
}

const NO_ACTIONS = { markAsRead: null, markImportance: null, stopProcessingRules: null };
const RULES = '/mailFolders/inbox/messageRules';

/**
 * The rules of a mailbox: any number of objects, which the suite needs. The other settings have tests of their own. Those that
 * were there before aren't seen, and stay.
 */
export async function rulesEndpoint(
  server: GraphEnd,
  address: string,
  settings: Record<string, unknown> = {},
): Promise<SuiteEndpoint> {
  const graph = new DirectGraph(server, address);
  const others = new Set((await graph.all(RULES)).map(({ id }) => id as string));
  const rules = async (): Promise<Json[]> => (await graph.all(RULES)).filter(({ id }) => !others.has(id));
  const dump = async (): Promise<FoundMessage[]> =>
    (await rules()).map((rule) => ({ folder: ['Rules'], raw: rawOf(rule), flags: [], date: undefined }));
  const find = async (raw: Buffer): Promise<string> => {
    const { name } = JSON.parse(raw.toString('utf8'));
    const found = (await rules()).find(({ displayName }) => displayName === name);
    if (found === undefined) throw new Error('no such rule');
    return `${RULES}/${encodeURIComponent(found.id)}`;
  };
  return {
    ...simulated(server, address, settings),
    connector: sparing(onlyFor('setting'), others, 'Rules'),
    async seed(objects) {
      for (const { raw } of objects) await graph.ok('POST', RULES, graphOf(raw));
    },
    dump,
    folders: async () => [['Rules']],
    remove: async ({ raw }) => void (await graph.ok('DELETE', await find(raw))),
    replace: async ({ raw }, other) => {
      const { conditions, actions, ...rest } = graphOf(other);
      const nothing = Object.fromEntries(PREDICATES.map(([name]) => [name, null]));
      const wanted = { ...rest, conditions: { ...nothing, ...conditions }, actions: { ...NO_ACTIONS, ...actions } };
      await graph.ok('PATCH', await find(raw), wanted);
    },
    dispose: async () => {
      expectNoInvitations(server);
      for (const { id } of await rules()) await graph.ok('DELETE', `${RULES}/${encodeURIComponent(id)}`);
    },
  };
}
