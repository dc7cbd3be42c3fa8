import { createHash } from 'node:crypto';
import type { Call } from '../http/call.ts';
import { GoogleError, notFound } from '../http/errors.ts';
import { page } from '../http/paging.ts';
import { empty, json, type Result } from '../http/result.ts';
import type { Route } from '../http/router.ts';
import type { Domain, User } from '../state/domain.ts';
import { domainAsked, freeAddress, requireAdmin, userFor } from './access.ts';

export function etagOf(value: unknown): string {
  return `"${createHash('sha256').update(JSON.stringify(value)).digest('base64url')}"`;
}

export function userJson(domain: Domain, user: User): Record<string, unknown> {
  const emails = [
    { address: user.primaryEmail, primary: true },
    ...user.aliases.map((address) => ({ address })),
    { address: `${user.primaryEmail}.test-google-a.com` },
  ];
  const body = {
    kind: 'admin#directory#user',
    id: user.id,
    primaryEmail: user.primaryEmail,
    name: {
      givenName: user.givenName,
      familyName: user.familyName,
      fullName: `${user.givenName} ${user.familyName}`,
    },
    isAdmin: user.isAdmin,
    isDelegatedAdmin: false,
    lastLoginTime: '1970-01-01T00:00:00.000Z',
    creationTime: new Date(user.createdAt).toISOString(),
    agreedToTerms: true,
    suspended: user.suspended,
    archived: false,
    changePasswordAtNextLogin: false,
    ipWhitelisted: false,
    emails,
    ...(user.jobTitle === undefined
      ? {}
      : { organizations: [{ title: user.jobTitle, primary: true, customType: '' }] }),
    ...(user.aliases.length === 0 ? {} : { aliases: user.aliases }),
    nonEditableAliases: [`${user.primaryEmail}.test-google-a.com`],
    customerId: domain.id,
    orgUnitPath: user.orgUnitPath,
    isMailboxSetup: user.hasMailbox,
    isEnrolledIn2Sv: false,
    isEnforcedIn2Sv: false,
    includeInGlobalAddressList: true,
  };
  return { ...body, etag: etagOf(body) };
}

function list(call: Call): Result {
  // Anybody may see the domain's people in its public view.
  const viewType = call.query.choice('viewType', ['admin_view', 'domain_public'], 'admin_view');
  const domain = viewType === 'domain_public' ? call.domain : requireAdmin(call);
  if (viewType === 'admin_view') domainAsked(call);
  else for (const name of ['customer', 'domain']) call.query.text(name);
  call.query.choice('projection', ['basic', 'custom', 'full'], 'basic');
  if (call.query.boolean('showDeleted')) return json({ kind: 'admin#directory#users' });
  const matches = userQuery(call.query.text('query') ?? '');
  const order = call.query.choice('orderBy', ['email', 'familyName', 'givenName'], 'email');
  const sign = call.query.choice('sortOrder', ['ASCENDING', 'DESCENDING'], 'ASCENDING') === 'ASCENDING' ? 1 : -1;
  const key = (user: User) => (order === 'email' ? user.primaryEmail : user[order]);
  const users = [...domain.users.values()].filter(matches).sort((a, b) => sign * (key(a) < key(b) ? -1 : 1));
  const { items, nextPageToken } = page(call, users, { name: 'maxResults', otherwise: 100, max: 500 });
  const body = items.map((user) => userJson(domain, user));
  return json({
    kind: 'admin#directory#users',
    etag: etagOf(body),
    ...(body.length === 0 ? {} : { users: body }),
    ...(nextPageToken === undefined ? {} : { nextPageToken }),
  });
}

/**
 * `query` of users.list: clauses `field:value`, `field=value`, `field:prefix*`, joined by spaces; all must match. Fields
 * that the simulator doesn't know are refused.
 */
function userQuery(text: string): (user: User) => boolean {
  const tests = [...text.matchAll(/(\w+)\s*([:=])\s*(?:'([^']*)'|"([^"]*)"|(\S+))/g)].map((found) => {
    const [, field = '', operator, single, double, bare] = found;
    const value = (single ?? double ?? bare ?? '').toLowerCase();
    const read = FIELDS[field];
    if (read === undefined) throw new GoogleError(400, 'invalid', 'Invalid Input: query');
    return (user: User) =>
      read(user).some((have) => {
        const own = have.toLowerCase();
        if (operator === '=') return own === value;
        return value.endsWith('*') ? own.startsWith(value.slice(0, -1)) : own.includes(value);
      });
  });
  if (text.trim() !== '' && tests.length === 0) throw new GoogleError(400, 'invalid', 'Invalid Input: query');
  return (user) => tests.every((test) => test(user));
}

const FIELDS: Readonly<Record<string, (user: User) => string[]>> = {
  email: (user) => [user.primaryEmail, ...user.aliases],
  givenName: (user) => [user.givenName],
  familyName: (user) => [user.familyName],
  name: (user) => [`${user.givenName} ${user.familyName}`],
  isSuspended: (user) => [String(user.suspended)],
  isAdmin: (user) => [String(user.isAdmin)],
  orgUnitPath: (user) => [user.orgUnitPath],
};

function get(call: Call): Result {
  const key = call.parameter('userKey');
  call.query.choice('projection', ['basic', 'custom', 'full'], 'basic');
  const publicly = call.query.choice('viewType', ['admin_view', 'domain_public'], 'admin_view') === 'domain_public';
  const user = publicly ? call.domain.user(key) : userFor(call);
  if (user === undefined) throw notFound('Resource Not Found: userKey');
  return json(userJson(call.domain, user));
}

function aliases(call: Call): Result {
  const user = userFor(call);
  const list = user.aliases.map((alias) => aliasJson('user', user.id, user.primaryEmail, alias));
  return json({ kind: 'admin#directory#aliases', etag: etagOf(list), ...(list.length === 0 ? {} : { aliases: list }) });
}

function addAlias(call: Call): Result {
  const user = userFor(call);
  const alias = freeAddress(call.domain, call.json().alias, 'alias');
  user.aliases.push(alias);
  return json(aliasJson('user', user.id, user.primaryEmail, alias));
}

function removeAlias(call: Call): Result {
  const { aliases } = userFor(call);
  const at = aliases.indexOf(call.parameter('alias').toLowerCase());
  if (at === -1) throw notFound('Resource Not Found: alias');
  aliases.splice(at, 1);
  return empty();
}

export function aliasJson(
  of: 'user' | 'group',
  id: string,
  primaryEmail: string,
  alias: string,
): Record<string, unknown> {
  const body = { kind: 'admin#directory#alias', id, primaryEmail, alias };
  return { ...body, etag: etagOf([of, body]) };
}

function domains(call: Call): Result {
  const domain = requireAdmin(call);
  const customer = call.parameter('customer');
  if (customer !== 'my_customer' && customer !== domain.id) throw notFound('Resource Not Found: customer');
  const entry = {
    kind: 'admin#directory#domain',
    domainName: domain.name,
    isPrimary: true,
    verified: true,
    creationTime: String(Date.UTC(2019, 0, 1)),
  };
  return json({ kind: 'admin#directory#domains', etag: etagOf(entry), domains: [{ ...entry, etag: etagOf(entry) }] });
}

const PATH = '/admin/directory/v1/users';
const ID = 'directory.users';
const READ = ['admin.directory.user', 'admin.directory.user.readonly'];
const WRITE_ALIAS = ['admin.directory.user', 'admin.directory.user.alias'];

export const userRoutes: readonly Route[] = [
  {
    id: `${ID}.list`,
    method: 'GET',
    path: PATH,
    scopes: [...READ, 'cloud-platform'],
    handle: list,
  },
  { id: `${ID}.get`, method: 'GET', path: `${PATH}/{userKey}`, scopes: READ, handle: get },
  {
    id: `${ID}.aliases.list`,
    method: 'GET',
    path: `${PATH}/{userKey}/aliases`,
    scopes: [...READ, 'admin.directory.user.alias', 'admin.directory.user.alias.readonly'],
    handle: aliases,
  },
  {
    id: `${ID}.aliases.insert`,
    method: 'POST',
    path: `${PATH}/{userKey}/aliases`,
    scopes: WRITE_ALIAS,
    handle: addAlias,
  },
  {
    id: `${ID}.aliases.delete`,
    method: 'DELETE',
    path: `${PATH}/{userKey}/aliases/{alias}`,
    scopes: WRITE_ALIAS,
    handle: removeAlias,
  },
  {
    id: 'directory.domains.list',
    method: 'GET',
    path: '/admin/directory/v1/customer/{customer}/domains',
    scopes: ['admin.directory.domain', 'admin.directory.domain.readonly'],
    handle: domains,
  },
];
