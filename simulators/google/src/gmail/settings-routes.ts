import type { Call } from '../http/call.ts';
import { GoogleError } from '../http/errors.ts';
import { empty, json, type Result } from '../http/result.ts';
import type { Route } from '../http/router.ts';
import { entityNotFound, failedPrecondition, invalidArgument, mailboxFor, texts } from './access.ts';
import type { Mailbox } from './mailbox.ts';
import { BASIC_SETTINGS, READ_SETTINGS, SHARING_SETTINGS } from './scopes.ts';
import type { Settings } from './settings.ts';

type Json = Record<string, unknown>;

const FILTER_LIMIT = 1000;
const DELEGATE_LIMIT = 1000;

// Filters: they can be made and deleted, never changed.

function createFilter(call: Call): Result {
  const mailbox = mailboxFor(call);
  const { criteria, action } = call.json() as { criteria?: Json; action?: Json };
  if (criteria === undefined || Object.keys(criteria).length === 0) throw invalidArgument('Filter criteria missing');
  if (action === undefined || Object.keys(action).length === 0) throw invalidArgument('Filter action missing');
  const add = texts(action, 'addLabelIds');
  if (add.filter((id) => id.startsWith('Label_')).length > 1)
    throw invalidArgument('A filter adds one user label at most');
  for (const id of [...add, ...texts(action, 'removeLabelIds')]) {
    if (!mailbox.labels.has(id)) throw invalidArgument(`Invalid label: ${id}`);
  }
  const { forward } = action;
  if (forward !== undefined) checkForwarding(mailbox, String(forward));
  for (const known of mailbox.settings.filters.values()) {
    if (JSON.stringify([known.criteria, known.action]) === JSON.stringify([criteria, action])) {
      throw new GoogleError(409, 'alreadyExists', 'Filter already exists');
    }
  }
  if (mailbox.settings.filters.size >= FILTER_LIMIT) throw failedPrecondition('Too many filters');
  const filter = { id: `ANe1Bm${mailbox.ids.token(44)}`, criteria, action };
  mailbox.settings.filters.set(filter.id, filter);
  return json(filter);
}

// Addresses to send from.

function createSendAs(call: Call): Result {
  const { settings } = mailboxFor(call);
  const body = call.json();
  const address = addressOf(body, 'sendAsEmail');
  if (settings.sendAs.has(address.toLowerCase()))
    throw new GoogleError(409, 'alreadyExists', 'Send-as address already exists');
  const own = call.domain.user(address) === call.user;
  const entry: Json = {
    sendAsEmail: address,
    displayName: '',
    replyToAddress: '',
    signature: '',
    treatAsAlias: true,
    ...pick(body, ['displayName', 'replyToAddress', 'signature', 'treatAsAlias']),
    isPrimary: false,
    isDefault: false,
    // Another's address has to agree first; the domain's own need not.
    verificationStatus: own || call.domain.user(address) !== undefined ? 'accepted' : 'pending',
  };
  settings.sendAs.set(address.toLowerCase(), entry);
  return json(entry);
}

function changeSendAs(call: Call, whole: boolean): Result {
  const { settings } = mailboxFor(call);
  const entry = find(settings.sendAs, call.parameter('sendAsEmail'));
  const body = call.json();
  const names = ['displayName', 'replyToAddress', 'signature', 'treatAsAlias'].filter(
    (name) => name !== 'treatAsAlias' || entry.isPrimary !== true,
  );
  for (const name of names) {
    if (body[name] !== undefined) entry[name] = name === 'signature' ? sanitized(String(body[name])) : body[name];
    else if (whole && name !== 'treatAsAlias') entry[name] = '';
  }
  // There is always one default: it is changed by making another the default.
  if (body.isDefault === true) {
    for (const other of settings.sendAs.values()) other.isDefault = false;
    entry.isDefault = true;
  }
  return json(entry);
}

function deleteSendAs(call: Call): Result {
  const { settings } = mailboxFor(call);
  const entry = find(settings.sendAs, call.parameter('sendAsEmail'));
  if (entry.isPrimary === true) throw invalidArgument('Cannot delete primary send-as alias');
  settings.sendAs.delete(call.parameter('sendAsEmail').toLowerCase());
  return empty();
}

function verifySendAs(call: Call): Result {
  find(mailboxFor(call).settings.sendAs, call.parameter('sendAsEmail'));
  return empty();
}

// Delegates: users of the same organization.

function createDelegate(call: Call): Result {
  const { settings } = mailboxFor(call);
  const address = addressOf(call.json(), 'delegateEmail');
  const user = call.domain.user(address);
  if (user === undefined || user === call.user) throw failedPrecondition('Invalid delegate');
  if (settings.delegates.has(address.toLowerCase()))
    throw new GoogleError(409, 'alreadyExists', 'Delegate already exists');
  if (settings.delegates.size >= DELEGATE_LIMIT) throw failedPrecondition('Too many delegates');
  const delegate = { delegateEmail: address, verificationStatus: 'accepted' };
  settings.delegates.set(address.toLowerCase(), delegate);
  return json(delegate);
}

// Forwarding.

function createForwardingAddress(call: Call): Result {
  const { settings } = mailboxFor(call);
  const address = addressOf(call.json(), 'forwardingEmail');
  if (settings.forwardingAddresses.has(address.toLowerCase())) {
    throw new GoogleError(409, 'alreadyExists', 'Forwarding address already exists');
  }
  const entry = {
    forwardingEmail: address,
    verificationStatus: call.domain.user(address) === undefined ? 'pending' : 'accepted',
  };
  settings.forwardingAddresses.set(address.toLowerCase(), entry);
  return json(entry);
}

function updateAutoForwarding(call: Call): Result {
  const mailbox = mailboxFor(call);
  const body = call.json();
  if (body.enabled === true) checkForwarding(mailbox, String(body.emailAddress ?? ''));
  mailbox.settings.autoForwarding =
    body.enabled === true
      ? { enabled: true, disposition: 'leaveInInbox', ...pick(body, ['emailAddress', 'disposition']) }
      : { enabled: false };
  return json(mailbox.settings.autoForwarding);
}

function checkForwarding(mailbox: Mailbox, address: string): void {
  const known = mailbox.settings.forwardingAddresses.get(address.toLowerCase());
  if (known?.verificationStatus !== 'accepted') throw failedPrecondition('Unrecognized forwarding address');
}

// One value each.

function updateVacation(call: Call): Result {
  const { settings } = mailboxFor(call);
  const body = call.json();
  const texts = ['responseSubject', 'responseBodyPlainText', 'responseBodyHtml'].filter(
    (name) => (body[name] ?? '') !== '',
  );
  if (body.enableAutoReply === true && texts.length === 0) {
    throw failedPrecondition('Vacation responder needs a subject or a body');
  }
  const [start, end] = [Number(body.startTime ?? 0), Number(body.endTime ?? Number.POSITIVE_INFINITY)];
  if (end <= start) throw invalidArgument('Invalid vacation interval');
  const html = (body.responseBodyHtml ?? '') !== '';
  settings.vacation = {
    enableAutoReply: false,
    restrictToContacts: false,
    restrictToDomain: false,
    ...pick(body, [
      'enableAutoReply',
      'responseSubject',
      'restrictToContacts',
      'restrictToDomain',
      'startTime',
      'endTime',
    ]),
    // The HTML is what counts when both are given.
    ...(html ? { responseBodyHtml: sanitized(String(body.responseBodyHtml)) } : pick(body, ['responseBodyPlainText'])),
  };
  return json(settings.vacation);
}

/** Gmail keeps no scripts. */
function sanitized(html: string): string {
  return html.replace(/<script\b[\s\S]*?<\/script>/gi, '').replace(/\son\w+="[^"]*"/gi, '');
}

function valueRoutes(
  name: 'vacation' | 'autoForwarding' | 'imap' | 'pop' | 'language',
  scopes: readonly string[],
  update: (call: Call) => Result,
): Route[] {
  const path = `${PATH}/${name}`;
  const method = name[0]?.toUpperCase() + name.slice(1);
  return [
    {
      id: `${ID}.get${method}`,
      method: 'GET',
      path,
      scopes: READ_SETTINGS,
      handle: (call) => json(mailboxFor(call).settings[name]),
    },
    { id: `${ID}.update${method}`, method: 'PUT', path, scopes, handle: update },
  ];
}

/** A value that is kept as it comes, over what it was. */
function replace(name: 'imap' | 'pop' | 'language'): (call: Call) => Result {
  return (call) => {
    const { settings } = mailboxFor(call);
    settings[name] = { ...settings[name], ...call.json() };
    return json(settings[name]);
  };
}

/** list, get and delete of a collection whose members are known by `key`. */
function collectionRoutes(
  name: 'filters' | 'sendAs' | 'delegates' | 'forwardingAddresses',
  key: string,
  more: {
    /** The list's property, where it isn't the collection's name. */
    readonly property?: string;
    readonly scopes: readonly string[];
    readonly create: (call: Call) => Result;
    readonly remove?: (call: Call) => Result;
  },
): Route[] {
  const path = `${PATH}/${name}`;
  const removeOne = (call: Call) => {
    const collection = mailboxFor(call).settings[name];
    find(collection, call.parameter(key));
    collection.delete(keyOf(call.parameter(key)));
    return empty();
  };
  return [
    {
      id: `${ID}.${name}.list`,
      method: 'GET',
      path,
      scopes: READ_SETTINGS,
      handle: (call) => {
        const values = [...mailboxFor(call).settings[name].values()];
        return json(values.length === 0 ? {} : { [more.property ?? name]: values });
      },
    },
    { id: `${ID}.${name}.create`, method: 'POST', path, scopes: more.scopes, handle: more.create },
    {
      id: `${ID}.${name}.get`,
      method: 'GET',
      path: `${path}/{${key}}`,
      scopes: READ_SETTINGS,
      handle: (call) => json(find(mailboxFor(call).settings[name], call.parameter(key))),
    },
    {
      id: `${ID}.${name}.delete`,
      method: 'DELETE',
      path: `${path}/{${key}}`,
      scopes: more.scopes,
      handle: more.remove ?? removeOne,
    },
  ];
}

function find(collection: Settings['sendAs'], key: string): Json {
  const found = collection.get(keyOf(key));
  if (found === undefined) throw entityNotFound();
  return found;
}

/** Addresses know no case; ids do. */
function keyOf(key: string): string {
  return key.includes('@') ? key.toLowerCase() : key;
}

function addressOf(body: Json, name: string): string {
  const address = body[name];
  if (typeof address !== 'string' || !/^[^\s@]+@[^\s@]+$/.test(address)) throw invalidArgument(`Invalid ${name}`);
  return address;
}

function pick(body: Json, names: readonly string[]): Json {
  return Object.fromEntries(names.filter((name) => body[name] !== undefined).map((name) => [name, body[name]]));
}

const PATH = '/gmail/v1/users/{userId}/settings';
const ID = 'gmail.users.settings';
const ONE_SEND_AS = `${PATH}/sendAs/{sendAsEmail}`;
const SEND_AS_SCOPES = [...BASIC_SETTINGS, ...SHARING_SETTINGS];

export const settingsRoutes: readonly Route[] = [
  ...valueRoutes('vacation', BASIC_SETTINGS, updateVacation),
  ...valueRoutes('autoForwarding', SHARING_SETTINGS, updateAutoForwarding),
  ...valueRoutes('imap', BASIC_SETTINGS, replace('imap')),
  ...valueRoutes('pop', BASIC_SETTINGS, replace('pop')),
  ...valueRoutes('language', BASIC_SETTINGS, replace('language')),
  ...collectionRoutes('filters', 'id', { property: 'filter', scopes: BASIC_SETTINGS, create: createFilter }),
  ...collectionRoutes('sendAs', 'sendAsEmail', {
    scopes: SHARING_SETTINGS,
    create: createSendAs,
    remove: deleteSendAs,
  }),
  ...collectionRoutes('delegates', 'delegateEmail', { scopes: SHARING_SETTINGS, create: createDelegate }),
  ...collectionRoutes('forwardingAddresses', 'forwardingEmail', {
    scopes: SHARING_SETTINGS,
    create: createForwardingAddress,
  }),
  {
    id: `${ID}.sendAs.update`,
    method: 'PUT',
    path: ONE_SEND_AS,
    scopes: SEND_AS_SCOPES,
    handle: (call) => changeSendAs(call, true),
  },
  {
    id: `${ID}.sendAs.patch`,
    method: 'PATCH',
    path: ONE_SEND_AS,
    scopes: SEND_AS_SCOPES,
    handle: (call) => changeSendAs(call, false),
  },
  {
    id: `${ID}.sendAs.verify`,
    method: 'POST',
    path: `${ONE_SEND_AS}/verify`,
    scopes: SHARING_SETTINGS,
    handle: verifySendAs,
  },
];
