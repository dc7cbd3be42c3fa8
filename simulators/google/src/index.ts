export {
  type Clock,
  type Exchange,
  type Fault,
  type FaultRule,
  type LoggedRequest,
  type Size,
  VirtualClock,
} from '@sterna/simulator-kit';
export { type Assumptions, DEFAULT_ASSUMPTIONS } from './assumptions.ts';
export type { CalendarMail } from './calendar/mail.ts';
export { calendarsOf } from './calendar/place.ts';
export { DirectChat, type DirectChatMessage } from './chat/direct.ts';
export { defaultBehaviour as defaultDriveBehaviour } from './drive/behaviour.ts';
export { DirectDrive, type DirectDriveFile } from './drive/direct.ts';
export type { GoogleFaults } from './faults/faults.ts';
export { DirectGmail, type DirectGmailMessage } from './gmail/direct.ts';
export { type AccessSettings, accessOf } from './groups/access-settings.ts';
export { archiveOf } from './groups/archive.ts';
export { COSTS, costOf } from './limits/costs.ts';
export { DOCUMENTED_LIMITS, type Limits } from './limits/quota.ts';
export { contactsOf } from './people/place.ts';
export { ROUTES } from './routes.ts';
export { MIGRATION_SCOPES } from './seed/people.ts';
export { addSampleGroup, addSampleSpaces, addSharedDrive, type SamplePlace } from './seed/places.ts';
export { type Google, type Options, startGoogle } from './server.ts';
export type { Domain, Group, GroupMember, RefreshGrant, User } from './state/domain.ts';
export { type KeyFile, type OAuthClient, type Project, registerKey, type ServiceAccount } from './state/project.ts';
export { tasksOf } from './tasks/place.ts';
export { wholeScope } from './token/scopes.ts';
