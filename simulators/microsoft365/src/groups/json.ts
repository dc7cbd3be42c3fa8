import { userJson } from '../directory/routes.ts';
import { shape } from '../odata/shape.ts';
import { instantText } from '../outlook/input.ts';
import type { Group } from './group.ts';
import type { DirectoryObject } from './store.ts';

/** What a group has when nothing is selected. Source: learn.microsoft.com/graph/api/resources/group. */
export const GROUP_DEFAULTS = [
  'id',
  'deletedDateTime',
  'classification',
  'createdDateTime',
  'description',
  'displayName',
  'expirationDateTime',
  'groupTypes',
  'isAssignableToRole',
  'mail',
  'mailEnabled',
  'mailNickname',
  'membershipRule',
  'membershipRuleProcessingState',
  'onPremisesDomainName',
  'onPremisesLastSyncDateTime',
  'onPremisesNetBiosName',
  'onPremisesProvisioningErrors',
  'onPremisesSamAccountName',
  'onPremisesSecurityIdentifier',
  'onPremisesSyncEnabled',
  'preferredDataLocation',
  'preferredLanguage',
  'proxyAddresses',
  'renewedDateTime',
  'resourceBehaviorOptions',
  'resourceProvisioningOptions',
  'securityEnabled',
  'securityIdentifier',
  'theme',
  'visibility',
];

/** Exchange's own, which a single group tells when they are selected, and a list never. */
export const MAILBOX_OPTIONS = [
  'allowExternalSenders',
  'autoSubscribeNewMembers',
  'hideFromAddressLists',
  'hideFromOutlookClients',
] as const;

export const GROUP = shape('group', [...GROUP_DEFAULTS, ...MAILBOX_OPTIONS], ['members', 'owners']);

export const DIRECTORY_OBJECT = shape('directoryObject', [
  'assignedPlans',
  'id',
  'deletedDateTime',
  'displayName',
  'mail',
  'userPrincipalName',
  'givenName',
  'surname',
  'jobTitle',
  'userType',
  'groupTypes',
  'mailNickname',
]);

export function groupJson(group: Group): Record<string, unknown> {
  return {
    id: group.id,
    deletedDateTime: null,
    classification: group.classification,
    createdDateTime: instantText(group.createdAt),
    description: group.description,
    displayName: group.displayName,
    expirationDateTime: null,
    groupTypes: group.groupTypes,
    isAssignableToRole: null,
    mail: group.mail,
    mailEnabled: group.mailEnabled,
    mailNickname: group.mailNickname,
    membershipRule: null,
    membershipRuleProcessingState: null,
    onPremisesDomainName: null,
    onPremisesLastSyncDateTime: null,
    onPremisesNetBiosName: null,
    onPremisesProvisioningErrors: [],
    onPremisesSamAccountName: null,
    onPremisesSecurityIdentifier: null,
    onPremisesSyncEnabled: null,
    preferredDataLocation: null,
    preferredLanguage: group.preferredLanguage,
    proxyAddresses: group.proxyAddresses,
    renewedDateTime: instantText(group.createdAt),
    resourceBehaviorOptions: group.resourceBehaviorOptions,
    resourceProvisioningOptions: group.resourceProvisioningOptions,
    securityEnabled: group.securityEnabled,
    securityIdentifier: null,
    theme: group.theme,
    visibility: group.visibility,
  };
}

/** A member or owner, as a list of them tells it. */
export function objectJson(object: DirectoryObject): Record<string, unknown> {
  if (object.kind === 'group') return { '@odata.type': '#microsoft.graph.group', ...groupJson(object.group) };
  const { user } = object;
  const { id, businessPhones, displayName, givenName, jobTitle, mail, mobilePhone, officeLocation, ...rest } =
    userJson(user);
  return {
    '@odata.type': '#microsoft.graph.user',
    id,
    businessPhones,
    displayName,
    givenName,
    jobTitle,
    mail,
    mobilePhone,
    officeLocation,
    preferredLanguage: rest.preferredLanguage,
    surname: rest.surname,
    userPrincipalName: rest.userPrincipalName,
    userType: rest.userType,
  };
}
