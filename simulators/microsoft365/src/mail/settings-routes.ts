import type { Call } from '../http/call.ts';
import { badRequest, GraphError } from '../http/errors.ts';
import { entityReply, jsonReply, noContent, type Reply } from '../http/reply.ts';
import type { Route } from '../http/router.ts';
import { collectionReply } from '../odata/collection.ts';
import { project, shape } from '../odata/shape.ts';
import { folder, mailbox } from './folder-routes.ts';
import { READ_SETTINGS, WRITE_SETTINGS } from './permissions.ts';
import type { Category } from './settings-state.ts';

const CATEGORY = shape('outlookCategory', ['id', 'displayName', 'color']);
const RULE = shape('messageRule', [
  'id',
  'displayName',
  'sequence',
  'isEnabled',
  'hasError',
  'isReadOnly',
  'conditions',
  'actions',
  'exceptions',
]);
const READ_ONLY_SETTINGS = ['userPurpose', 'archiveFolder'];

const CATEGORIES = '/users/{user}/outlook/masterCategories';
const RULES = '/users/{user}/mailFolders/{folder}/messageRules';
const read = { permissions: READ_SETTINGS, service: 'outlook' } as const;
const write = { permissions: WRITE_SETTINGS, service: 'outlook' } as const;

export const settingsRoutes: Route[] = [
  { ...read, method: 'GET', path: '/users/{user}/mailboxSettings', handle: getSettings },
  { ...read, method: 'GET', path: '/users/{user}/mailboxSettings/{setting}', handle: getSetting },
  { ...write, method: 'PATCH', path: '/users/{user}/mailboxSettings', handle: updateSettings },
  { ...read, method: 'GET', path: CATEGORIES, handle: listCategories },
  { ...write, method: 'POST', path: CATEGORIES, handle: createCategory },
  {
    ...read,
    method: 'GET',
    path: `${CATEGORIES}/{category}`,
    handle: (call) => entityReply(call, { ...category(call) }),
  },
  { ...write, method: 'PATCH', path: `${CATEGORIES}/{category}`, handle: updateCategory },
  { ...write, method: 'DELETE', path: `${CATEGORIES}/{category}`, handle: deleteCategory },
  { ...read, method: 'GET', path: RULES, handle: listRules },
  { ...write, method: 'POST', path: RULES, handle: createRule },
  { ...read, method: 'GET', path: `${RULES}/{rule}`, handle: (call) => entityReply(call, rule(call)) },
  { ...write, method: 'PATCH', path: `${RULES}/{rule}`, handle: updateRule },
  { ...write, method: 'DELETE', path: `${RULES}/{rule}`, handle: deleteRule },
];

function getSettings(call: Call): Reply {
  const context = `${call.base}/$metadata#${call.contextPath}`;
  return jsonReply(200, { '@odata.context': context, ...project(mailbox(call).settings.values, call.query.select) });
}

function getSetting(call: Call): Reply {
  const name = call.parameter('setting');
  const value = mailbox(call).settings.values[name];
  if (value === undefined) throw badRequest(`Resource not found for the segment '${name}'.`);
  const context = `${call.base}/$metadata#${call.contextPath}`;
  const body = typeof value === 'object' ? { ...(value as object) } : { value };
  return jsonReply(200, { '@odata.context': context, ...body });
}

function updateSettings(call: Call): Reply {
  const { values } = mailbox(call).settings;
  const json = call.json();
  for (const [name, value] of Object.entries(json)) {
    if (name.startsWith('@')) continue;
    if (READ_ONLY_SETTINGS.includes(name) || !(name in values)) {
      throw badRequest(`The setting '${name}' can't be changed.`, 'RequestBodyRead');
    }
    const old = values[name];
    const merge = typeof old === 'object' && old !== null && typeof value === 'object' && value !== null;
    values[name] = merge ? { ...old, ...value } : value;
  }
  const context = `${call.base}/$metadata#${call.contextPath}`;
  return jsonReply(200, { '@odata.context': context, ...values });
}

function listCategories(call: Call): Reply {
  const { categories } = mailbox(call).settings;
  return collectionReply(call, categories, { shape: CATEGORY, json: (one) => ({ ...one }), pageSize: 100 });
}

function createCategory(call: Call): Reply {
  const { displayName, color } = call.json();
  if (typeof displayName !== 'string' || displayName === '') throw badRequest('The category needs a displayName.');
  const { categories } = mailbox(call).settings;
  const lower = displayName.toLowerCase();
  if (categories.some((other) => other.displayName.toLowerCase() === lower)) {
    throw new GraphError(409, 'ErrorCategoryNameExists', 'The category already exists.');
  }
  const created: Category = { id: call.cloud.ids.guid(), displayName, color: colorOf(color ?? 'none') };
  categories.push(created);
  return entityReply(call, { ...created }, { status: 201 });
}

function updateCategory(call: Call): Reply {
  const { displayName, color } = call.json();
  if (displayName !== undefined) throw badRequest('The name of a category cannot be changed.');
  const changed = category(call);
  changed.color = colorOf(color);
  return entityReply(call, { ...changed });
}

function deleteCategory(call: Call): Reply {
  const { categories } = mailbox(call).settings;
  categories.splice(categories.indexOf(category(call)), 1);
  return noContent();
}

function category(call: Call): Category {
  const id = call.parameter('category');
  return found(mailbox(call).settings.categories.find((one) => one.id === id));
}

function colorOf(color: unknown): string {
  if (typeof color !== 'string' || !/^(none|preset(\d|1\d|2[0-4]))$/.test(color)) {
    throw badRequest(`'${color}' is no color of a category.`, 'RequestBodyRead');
  }
  return color;
}

function listRules(call: Call): Reply {
  checkInbox(call);
  return collectionReply(call, mailbox(call).settings.rules, { shape: RULE, json: (one) => one, pageSize: 100 });
}

function createRule(call: Call): Reply {
  checkInbox(call);
  const json = call.json();
  checkRule(json);
  const { displayName, actions } = json;
  if (typeof displayName !== 'string' || typeof actions !== 'object') {
    throw badRequest('A rule needs displayName and actions.', 'ErrorInvalidRequest');
  }
  const { rules } = mailbox(call).settings;
  checkFolders(call, actions as Fields);
  const created: Fields = {
    id: call.cloud.ids.token(16),
    displayName,
    sequence: json.sequence ?? rules.length + 1,
    isEnabled: json.isEnabled ?? true,
    hasError: false,
    isReadOnly: false,
    ...parts(json, {}),
  };
  rules.push(created);
  rules.sort((a, b) => Number(a.sequence) - Number(b.sequence));
  return entityReply(call, created, { status: 201 });
}

function updateRule(call: Call): Reply {
  const json = call.json();
  checkRule(json);
  const changed = rule(call);
  if (changed.isReadOnly === true) throw badRequest('The rule is read-only.', 'ErrorInvalidRequest');
  checkFolders(call, (json.actions ?? {}) as Fields);
  Object.assign(changed, json, parts(json, changed));
  mailbox(call).settings.rules.sort((a, b) => Number(a.sequence) - Number(b.sequence));
  return entityReply(call, changed);
}

type Fields = Record<string, unknown>;

/**
 * Complex properties are updated member by member, and null takes one away (OData 4.01 protocol, section 11.4.3): the
 * reading under which a client that leaves a condition out keeps it.
 */
function parts(json: Fields, now: Fields): Fields {
  const found: Fields = {};
  for (const name of ['conditions', 'actions', 'exceptions']) {
    if (json[name] === undefined || json[name] === null) continue;
    const members = Object.entries({ ...(now[name] as Fields | undefined), ...(json[name] as Fields) });
    found[name] = Object.fromEntries(members.filter(([, value]) => value !== null));
  }
  return found;
}

/** A rule speaks of folders that are there. */
function checkFolders(call: Call, { moveToFolder, copyToFolder }: Fields): void {
  for (const id of [moveToFolder, copyToFolder]) if (typeof id === 'string') mailbox(call).folder(id);
}

function deleteRule(call: Call): Reply {
  const { rules } = mailbox(call).settings;
  rules.splice(rules.indexOf(rule(call)), 1);
  return noContent();
}

function rule(call: Call): Record<string, unknown> {
  checkInbox(call);
  const id = call.parameter('rule');
  return found(mailbox(call).settings.rules.find((one) => one.id === id));
}

function checkRule(json: Record<string, unknown>): void {
  for (const name of Object.keys(json)) {
    if (!RULE.properties.has(name) || ['id', 'hasError', 'isReadOnly'].includes(name)) {
      throw badRequest(`The property '${name}' of a rule can't be set.`, 'RequestBodyRead');
    }
  }
}

/** Rules belong to the inbox alone. */
function checkInbox(call: Call): void {
  if (folder(call, 'folder').wellKnown !== 'inbox')
    throw badRequest('Only the inbox has rules.', 'ErrorInvalidRequest');
}

function found<T>(value: T | undefined): T {
  if (value !== undefined) return value;
  throw new GraphError(404, 'ErrorItemNotFound', 'The specified object was not found in the store.');
}
