export { type Assumptions, DEFAULT_ASSUMPTIONS } from './cloud.ts';
export { type Clock, VirtualClock } from './clock.ts';
export { MIGRATION_APP } from './seed/people.ts';
export type { Size } from './seed/size.ts';
export type { Fault, FaultRule } from './faults/faults.ts';
export { DOCUMENTED_LIMITS, type Limits } from './limits/throttle.ts';
export { DirectMail, type DirectMessage, type DirectState } from './mail/direct.ts';
export { type Exchange, type LoggedRequest, type Microsoft365, type Options, startMicrosoft365 } from './server.ts';
export { type App, type DirectoryUser, newApp, registerCertificate, type Tenant } from './state/tenant.ts';
