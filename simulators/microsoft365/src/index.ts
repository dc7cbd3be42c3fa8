export {
  type Clock,
  type Exchange,
  type Fault,
  type FaultRule,
  type LoggedRequest,
  type Size,
  VirtualClock,
} from '@sterna/simulator-kit';
export type { Invitation } from './calendar/invitations.ts';
export { type CalendarMailbox, calendarMailbox } from './calendar/store.ts';
export { type Assumptions, DEFAULT_ASSUMPTIONS } from './cloud.ts';
export { type ContactMailbox, contactMailbox } from './contacts/store.ts';
export type { DriveBehaviour } from './drive/behaviour.ts';
export { Content } from './drive/content.ts';
export { DirectDrive, type DirectFile } from './drive/direct.ts';
export type { Drive } from './drive/drive.ts';
export { type Drives, drivesOf, type SharingMail } from './drive/drives.ts';
export { currentVersion, type DriveItem, isFolder, lineage, subtree } from './drive/item.ts';
export { DOCUMENTED_LIMITS, type Limits } from './limits/throttle.ts';
export { DirectMail, type DirectMessage, type DirectState } from './mail/direct.ts';
export { MIGRATION_APP } from './seed/people.ts';
export { type Microsoft365, type Options, startMicrosoft365 } from './server.ts';
export type { SiteBehaviour } from './sites/behaviour.ts';
export { type DirectItem, DirectSite, mirrorSites } from './sites/direct.ts';
export type { Site } from './sites/site.ts';
export { createSite, type NewSite, type Sites, sitesOf } from './sites/sites.ts';
export { type App, type DirectoryUser, newApp, registerCertificate, type Tenant } from './state/tenant.ts';
export { type TodoMailbox, todoMailbox } from './todo/store.ts';
