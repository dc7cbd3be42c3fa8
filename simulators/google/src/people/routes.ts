import type { Call } from '../http/call.ts';
import type { Result } from '../http/result.ts';
import type { Route } from '../http/router.ts';
import {
  batchCreate,
  batchDelete,
  batchUpdate,
  copyOther,
  createContact,
  deleteContact,
  deletePhoto,
  getBatch,
  getPerson,
  listConnections,
  listOtherContacts,
  updateContact,
  updatePhoto,
} from './contact-requests.ts';
import {
  batchGetGroups,
  createGroup,
  deleteGroup,
  getGroup,
  listGroups,
  modifyMembers,
  updateGroup,
} from './group-requests.ts';

const WRITE = ['contacts'];
const READ = ['contacts', 'contacts.readonly'];
const OTHERS = ['contacts.other.readonly'];
const PROFILE = [
  ...READ,
  ...OTHERS,
  'directory.readonly',
  'user.addresses.read',
  'user.birthday.read',
  'user.emails.read',
  'user.gender.read',
  'user.organization.read',
  'user.phonenumbers.read',
  'userinfo.email',
  'userinfo.profile',
];

const PEOPLE = '/v1/people';
const GROUPS = '/v1/contactGroups';

const route = (
  id: string,
  method: Route['method'],
  path: string,
  scopes: readonly string[],
  handle: (call: Call) => Result | Promise<Result>,
): Route => ({ id: `people.${id}`, method, path, scopes, handle });

/** https://developers.google.com/people/api/rest */
export const routes: readonly Route[] = [
  route('people.connections.list', 'GET', `${PEOPLE}/{person}/connections`, READ, listConnections),
  route('people.get', 'GET', `${PEOPLE}/{person}`, PROFILE, getPerson),
  route('people.getBatchGet', 'GET', '/v1/people:batchGet', PROFILE, getBatch),
  route('people.createContact', 'POST', '/v1/people:createContact', WRITE, createContact),
  route('people.batchCreateContacts', 'POST', '/v1/people:batchCreateContacts', WRITE, batchCreate),
  route('people.batchUpdateContacts', 'POST', '/v1/people:batchUpdateContacts', WRITE, batchUpdate),
  route('people.batchDeleteContacts', 'POST', '/v1/people:batchDeleteContacts', WRITE, batchDelete),
  route('people.updateContact', 'PATCH', `${PEOPLE}/{person}:updateContact`, WRITE, updateContact),
  route('people.deleteContact', 'DELETE', `${PEOPLE}/{person}:deleteContact`, WRITE, deleteContact),
  route('people.updateContactPhoto', 'PATCH', `${PEOPLE}/{person}:updateContactPhoto`, WRITE, updatePhoto),
  route('people.deleteContactPhoto', 'DELETE', `${PEOPLE}/{person}:deleteContactPhoto`, WRITE, deletePhoto),
  route('contactGroups.list', 'GET', GROUPS, READ, listGroups),
  route('contactGroups.create', 'POST', GROUPS, WRITE, createGroup),
  route('contactGroups.batchGet', 'GET', '/v1/contactGroups:batchGet', READ, batchGetGroups),
  route('contactGroups.get', 'GET', `${GROUPS}/{group}`, READ, getGroup),
  route('contactGroups.update', 'PUT', `${GROUPS}/{group}`, WRITE, updateGroup),
  route('contactGroups.delete', 'DELETE', `${GROUPS}/{group}`, WRITE, deleteGroup),
  route('contactGroups.members.modify', 'POST', `${GROUPS}/{group}/members:modify`, WRITE, modifyMembers),
  route('otherContacts.list', 'GET', '/v1/otherContacts', OTHERS, listOtherContacts),
  route(
    'otherContacts.copyOtherContactToMyContactsGroup',
    'POST',
    '/v1/otherContacts/{other}:copyOtherContactToMyContactsGroup',
    [...WRITE, ...OTHERS],
    copyOther,
  ),
];
