export type { AuditResult } from './pass/audit.ts';
export type { ContainerBooks, PassBooks } from './pass/books-of-pass.ts';
export type { CrashPoint } from './pass/context.ts';
export type { EmptyResult } from './pass/empty.ts';
export { TRIAL_BYTES, TRIAL_OBJECTS } from './pass/pass-settings.ts';
export { Progress, type ProgressSnapshot } from './pass/progress.ts';
export type { EngineDependencies } from './pass/run-pass.ts';
export type { VerifyResult } from './pass/verify.ts';
export { runPassHere, startWorker, type Worker, type WorkerOptions } from './worker.ts';
