import type { Call } from '../http/call.ts';
import { entityReply, noContent, type Reply } from '../http/reply.ts';
import type { Route } from '../http/router.ts';
import { collectionReply } from '../odata/collection.ts';
import { deltaReply } from '../odata/delta.ts';
import { checkExpand, checkSelect, project } from '../odata/shape.ts';
import { boolean, listOf, object, oneOf, orNull, readOnly, text } from '../outlook/input.ts';
import { siteReply } from '../sites/site-routes.ts';
import { conversationRoutes } from './conversation-routes.ts';
import { refused } from './errors.ts';
import { type Group, isUnified, VISIBILITIES } from './group.ts';
import { invitationRoutes } from './invitation-routes.ts';
import { GROUP, GROUP_DEFAULTS, groupJson, MAILBOX_OPTIONS, objectJson } from './json.ts';
import { memberRoutes, readReference } from './member-routes.ts';
import { photoRoutes } from './photo-routes.ts';
import { groupOf, groups, READ_GROUPS, WRITE_GROUPS } from './place.ts';
import { postRoutes } from './post-routes.ts';
import { addSite, removeSite, siteOfGroup } from './site.ts';

const read = { permissions: READ_GROUPS, service: 'directory' } as const;
const write = { permissions: WRITE_GROUPS, service: 'directory' } as const;

/** How many owners and members one create or PATCH may name. */
const REFERENCES = 20;

export const routes: Route[] = [
  { ...read, method: 'GET', path: '/groups', handle: listGroups },
  {
    ...write,
    permissions: [...WRITE_GROUPS, 'Group.Create'],
    method: 'POST',
    path: '/groups',
    handle: createGroup,
  },
  { ...read, method: 'GET', path: '/groups/delta', handle: delta },
  { ...read, method: 'GET', path: '/groups/{group}', handle: getGroup },
  { ...write, method: 'PATCH', path: '/groups/{group}', handle: updateGroup },
  { ...write, method: 'DELETE', path: '/groups/{group}', handle: deleteGroup },
  {
    method: 'GET',
    path: '/groups/{group}/sites/root',
    permissions: ['Sites.Read.All', 'Sites.ReadWrite.All', 'Sites.FullControl.All', ...READ_GROUPS],
    service: 'drive',
    handle: (call) => siteReply(call, siteOfGroup(call.tenant, groupOf(call))),
  },
  ...memberRoutes,
  ...invitationRoutes,
  ...photoRoutes,
  ...conversationRoutes,
  ...postRoutes,
];

function listGroups(call: Call): Reply {
  return collectionReply(call, groups(call).all, {
    shape: GROUP,
    json: groupJson,
    defaults: GROUP_DEFAULTS,
    pageSize: 100,
    maxPageSize: 999,
    ignoreCase: true,
    paging: 'skiptoken',
  });
}

/** What changed among the groups, and who is in them: `members@delta`, each time as a whole. */
function delta(call: Call): Reply {
  const all = groups(call);
  return deltaReply(call, {
    log: all.log,
    scope: 'groups',
    shape: GROUP,
    pageSize: 100,
    json: (id, { select }) => {
      const group = all.byId(id);
      if (group === undefined) return undefined;
      const wantsMembers = select === undefined || select.includes('members');
      return { ...groupJson(group), ...(wantsMembers ? { 'members@delta': membersDelta(call, group) } : {}) };
    },
  });
}

function membersDelta(call: Call, group: Group) {
  return [...group.members].flatMap((id) => {
    const found = groups(call).object(id);
    return found === undefined ? [] : { '@odata.type': objectJson(found)['@odata.type'], id };
  });
}

function getGroup(call: Call): Reply {
  return groupReply(call, groupOf(call));
}

function groupReply(call: Call, group: Group, status = 200): Reply {
  const { select, expand } = call.query;
  checkSelect(GROUP, select);
  checkExpand(GROUP, expand);
  const related = Object.fromEntries(
    expand.map(({ property }) => {
      const ids = property === 'members' ? group.members : group.owners;
      // The reference: at most twenty come along.
      const objects = [...ids].slice(0, REFERENCES).flatMap((id) => groups(call).object(id) ?? []);
      return [property, objects.map(objectJson)];
    }),
  );
  const whole = { ...groupJson(group), ...(isUnified(group) ? group.mailbox : {}) };
  return entityReply(call, { ...project(whole, select ?? GROUP_DEFAULTS), ...related }, { status });
}

const fields = object('group', {
  id: readOnly,
  createdDateTime: readOnly,
  mail: readOnly,
  proxyAddresses: readOnly,
  renewedDateTime: readOnly,
  displayName: text,
  description: orNull(text),
  mailNickname: text,
  mailEnabled: boolean,
  securityEnabled: boolean,
  groupTypes: listOf(text),
  visibility: orNull(oneOf(VISIBILITIES)),
  resourceBehaviorOptions: listOf(text),
  classification: orNull(text),
  preferredLanguage: orNull(text),
  theme: orNull(oneOf(['Teal', 'Purple', 'Green', 'Blue', 'Pink', 'Orange', 'Red'])),
  allowExternalSenders: boolean,
  autoSubscribeNewMembers: boolean,
  hideFromAddressLists: boolean,
  hideFromOutlookClients: boolean,
});

/** `owners@odata.bind` and `members@odata.bind`: ids of objects. Throws 400 for too many, and for one that isn't there. */
function bound(call: Call, json: Record<string, unknown>, name: 'owners' | 'members'): string[] {
  const given = json[`${name}@odata.bind`];
  if (given === undefined) return [];
  if (!Array.isArray(given)) throw refused(`${name}@odata.bind must be a list.`);
  if (given.length > REFERENCES) throw refused(`At most ${REFERENCES} references can be given in one request.`);
  return given.map((reference) => readReference(call, reference));
}

function createGroup(call: Call): Reply {
  const json = call.json();
  const given = fields(json, '');
  const { displayName, mailNickname, mailEnabled, securityEnabled, groupTypes = [] } = given;
  if (!displayName || !mailNickname || mailEnabled === undefined || securityEnabled === undefined) {
    throw refused('displayName, mailEnabled, mailNickname and securityEnabled are required.');
  }
  if (/[\s@()\\[\]";:<>,]/.test(mailNickname) || mailNickname.length > 64) {
    throw refused('Invalid value specified for property mailNickname of resource Group.');
  }
  const unified = groupTypes.includes('Unified');
  // Distribution lists and security groups with mail are Exchange's to make.
  if (unified !== mailEnabled) throw refused('The service does not support writing a mail-enabled security group.');
  if (!unified && !securityEnabled) throw refused('A group must be mail-enabled or security-enabled.');
  if (groups(call).nicknameTaken(mailNickname)) {
    throw refused('Another object with the same value for property mailNickname already exists.');
  }
  const owners = bound(call, json, 'owners');
  const members = bound(call, json, 'members');
  // A signed-in user owns what they make.
  if (call.identity.user !== undefined && owners.length === 0) owners.push(call.identity.user.id);
  const group = groups(call).create(
    { ...given, displayName, mailNickname, mailEnabled, securityEnabled, groupTypes, owners, members },
    call.now,
  );
  if (unified) addSite(call.tenant, group, call.now);
  return groupReply(call, group, 201);
}

function updateGroup(call: Call): Reply {
  const group = groupOf(call);
  const json = call.json();
  const given = fields(json, '');
  const exchange = MAILBOX_OPTIONS.filter((name) => given[name] !== undefined);
  const directory = Object.keys(given).filter((name) => !(exchange as string[]).includes(name));
  if (exchange.length > 0) {
    // Exchange's own properties can't be told to an app, nor together with others.
    if (call.identity.user === undefined || directory.length > 0) {
      throw refused(`The properties ${exchange.join(', ')} need a signed-in user and a request of their own.`);
    }
    for (const name of exchange) group.mailbox[name] = given[name] as boolean;
  }
  if (given.groupTypes !== undefined || given.mailEnabled !== undefined) {
    throw refused('groupTypes and mailEnabled cannot be changed.');
  }
  if (given.mailNickname !== undefined && given.mailNickname !== group.mailNickname) {
    if (groups(call).nicknameTaken(given.mailNickname)) {
      throw refused('Another object with the same value for property mailNickname already exists.');
    }
    group.mailNickname = given.mailNickname;
  }
  if (given.displayName !== undefined) group.displayName = given.displayName;
  if (given.description !== undefined) group.description = given.description;
  if (given.visibility !== undefined) group.visibility = given.visibility;
  if (given.classification !== undefined) group.classification = given.classification;
  if (given.preferredLanguage !== undefined) group.preferredLanguage = given.preferredLanguage;
  if (given.theme !== undefined) group.theme = given.theme;
  if (given.securityEnabled !== undefined) group.securityEnabled = given.securityEnabled;
  for (const id of bound(call, json, 'members')) groups(call).addMember(group, id, call.now);
  groups(call).touch(group, call.now);
  return noContent();
}

function deleteGroup(call: Call): Reply {
  const group = groupOf(call);
  groups(call).remove(group, call.now);
  removeSite(call.tenant, group);
  return noContent();
}
