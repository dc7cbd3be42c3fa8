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
export type { GroupsBehaviour } from './groups/behaviour.ts';
export { DirectGroup } from './groups/direct.ts';
export type { Group } from './groups/group.ts';
export { isUnified } from './groups/group.ts';
export type { Notice } from './groups/notices.ts';
export { type Groups, groupsOf } from './groups/store.ts';
export { DOCUMENTED_LIMITS, type Limits } from './limits/throttle.ts';
export { DirectMail, type DirectMessage, type DirectState } from './mail/direct.ts';
export { type Planner, type PlannerBehaviour, plannerOf } from './planner/store.ts';
export { MIGRATION_APP } from './seed/people.ts';
export { addSampleGroup, addSampleSite, addSampleTeam, type SamplePlace } from './seed/places.ts';
export { type Microsoft365, type Options, startMicrosoft365 } from './server.ts';
export type { SiteBehaviour } from './sites/behaviour.ts';
export { type DirectItem, DirectSite, mirrorSites } from './sites/direct.ts';
export type { Site } from './sites/site.ts';
export { createSite, type NewSite, type Sites, sitesOf } from './sites/sites.ts';
export { type App, type DirectoryUser, newApp, registerCertificate, type Tenant } from './state/tenant.ts';
export type { TeamsBehaviour } from './teams/behaviour.ts';
export { type DirectChannelMessage, DirectTeam } from './teams/direct.ts';
export { type Teams, teamsOf } from './teams/store.ts';
export { type TodoMailbox, todoMailbox } from './todo/store.ts';
