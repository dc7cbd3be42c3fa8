import type { Call } from '../http/call.ts';
import { entityReply, type Reply } from '../http/reply.ts';
import type { Route } from '../http/router.ts';
import { collectionReply } from '../odata/collection.ts';
import { checkSelect, project, shape } from '../odata/shape.ts';
import type { DirectoryUser, Tenant } from '../state/tenant.ts';

const READ_USERS = ['User.Read.All', 'User.ReadBasic.All', 'User.ReadWrite.All', 'Directory.Read.All'];

/** What a user has when nothing is selected. Source: learn.microsoft.com/graph/api/user-list. */
export const DEFAULTS = [
  'businessPhones',
  'displayName',
  'givenName',
  'id',
  'jobTitle',
  'mail',
  'mobilePhone',
  'officeLocation',
  'preferredLanguage',
  'surname',
  'userPrincipalName',
];

/** Entra puts the mark into the names of guests. */
export function isGuest(user: DirectoryUser): boolean {
  return user.userPrincipalName.includes('#EXT#');
}

export const USER = shape('user', [
  ...DEFAULTS,
  'accountEnabled',
  'assignedPlans',
  'createdDateTime',
  'mailNickname',
  'otherMails',
  'proxyAddresses',
  'userType',
]);

const ORGANIZATION = shape('organization', ['id', 'displayName', 'countryLetterCode', 'verifiedDomains', 'tenantType']);

export const routes: Route[] = [
  { method: 'GET', path: '/users', permissions: READ_USERS, service: 'directory', handle: listUsers },
  {
    method: 'GET',
    path: '/users/{user}',
    permissions: [...READ_USERS, 'User.Read'],
    service: 'directory',
    handle: getUser,
  },
  {
    method: 'GET',
    path: '/organization',
    permissions: ['Organization.Read.All', 'Directory.Read.All', 'User.Read.All', 'User.Read'],
    service: 'directory',
    handle: listOrganizations,
  },
];

function listUsers(call: Call): Reply {
  return collectionReply(call, [...call.tenant.users.values(), ...call.tenant.guests.values()], {
    shape: USER,
    json: userJson,
    defaults: DEFAULTS,
    pageSize: 100,
    maxPageSize: 999,
    ignoreCase: true,
    paging: 'skiptoken',
  });
}

function getUser(call: Call): Reply {
  const select = call.query.select;
  checkSelect(USER, select);
  const guest = call.tenant.guests.get(call.parameter('user').toLowerCase());
  return entityReply(call, project(userJson(guest ?? call.user()), select ?? DEFAULTS));
}

function listOrganizations(call: Call): Reply {
  return collectionReply(call, [call.tenant], { shape: ORGANIZATION, json: organizationJson });
}

/** A user or guest, with what is told only when it is selected. */
export function userJson(user: DirectoryUser): Record<string, unknown> {
  return {
    businessPhones: [],
    displayName: user.displayName,
    givenName: user.givenName,
    jobTitle: user.jobTitle,
    mail: user.mail,
    mobilePhone: null,
    officeLocation: user.officeLocation,
    preferredLanguage: user.preferredLanguage,
    surname: user.surname,
    userPrincipalName: user.userPrincipalName,
    id: user.id,
    accountEnabled: user.accountEnabled,
    assignedPlans: assignedPlans(user),
    createdDateTime: new Date(user.createdAt).toISOString().replace(/\.\d+Z$/, 'Z'),
    mailNickname: user.userPrincipalName.split('@')[0],
    otherMails: isGuest(user) ? [user.mail] : [],
    proxyAddresses: [`SMTP:${user.mail}`],
    userType: isGuest(user) ? 'Guest' : 'Member',
  };
}

/** By service, with the plan's own id: learn.microsoft.com/entra/identity/users/licensing-service-plan-reference */
const PLANS = {
  exchange: 'efb87545-963c-4e0d-99df-69c6916d9eb0',
  SharePoint: '5dbe027f-2339-4123-9542-606e4d348a72',
  TeamspaceAPI: '57ff2da0-773e-42df-b2af-ffb7a2317929',
} as const;

/** What licenses give them; a guest, a shared mailbox and a room have none. */
export function assignedPlans(user: DirectoryUser): Record<string, unknown>[] {
  if (isGuest(user) || user.purpose !== 'user') return [];
  const assignedDateTime = new Date(user.createdAt).toISOString().replace(/\.\d+Z$/, 'Z');
  return Object.entries(PLANS)
    .filter(([service]) => user.unlicensed?.includes(service) !== true && (service !== 'exchange' || user.hasMailbox))
    .map(([service, servicePlanId]) => ({ assignedDateTime, capabilityStatus: 'Enabled', service, servicePlanId }));
}

function organizationJson(tenant: Tenant): Record<string, unknown> {
  return {
    id: tenant.id,
    displayName: tenant.displayName,
    countryLetterCode: 'CH',
    tenantType: 'AAD',
    verifiedDomains: [
      {
        capabilities: 'Email, OfficeCommunicationsOnline',
        isDefault: true,
        isInitial: true,
        name: tenant.domain,
        type: 'Managed',
      },
    ],
  };
}
