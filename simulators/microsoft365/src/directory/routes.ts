import type { Call } from '../http/call.ts';
import { entityReply, type Reply } from '../http/reply.ts';
import type { Route } from '../http/router.ts';
import { collectionReply } from '../odata/collection.ts';
import { checkSelect, project, shape } from '../odata/shape.ts';
import type { DirectoryUser, Tenant } from '../state/tenant.ts';

const READ_USERS = ['User.Read.All', 'User.ReadBasic.All', 'User.ReadWrite.All', 'Directory.Read.All'];

/** What a user has when nothing is selected. Source: learn.microsoft.com/graph/api/user-list. */
const DEFAULTS = [
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

const USER = shape('user', [
  ...DEFAULTS,
  'accountEnabled',
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
  return collectionReply(call, [...call.tenant.users.values()], {
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
  return entityReply(call, project(userJson(call.user()), select ?? DEFAULTS));
}

function listOrganizations(call: Call): Reply {
  return collectionReply(call, [call.tenant], { shape: ORGANIZATION, json: organizationJson });
}

function userJson(user: DirectoryUser): Record<string, unknown> {
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
    createdDateTime: new Date(user.createdAt).toISOString().replace(/\.\d+Z$/, 'Z'),
    mailNickname: user.userPrincipalName.split('@')[0],
    otherMails: [],
    proxyAddresses: [`SMTP:${user.mail}`],
    userType: 'Member',
  };
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
