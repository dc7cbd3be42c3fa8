export { scopesSomewhere } from './access.ts';
export {
  type AccountView,
  actorOfSession,
  actorOfToken,
  changePassword,
  createAccount,
  createOrganization,
  createToken,
  isSetUp,
  listAccounts,
  listTokens,
  type Me,
  type ProjectRights,
  revokeToken,
  type Session,
  setUp,
  signIn,
  signOut,
  type TokenView,
  whoAmI,
} from './accounts.ts';
export * from './audit.ts';
export { type BackupView, backUpTarget, listBackups, restoreBackup } from './backups.ts';
export {
  cancelSchedule,
  createSchedule,
  listScheduleRuns,
  listSchedules,
  type RunView,
  type ScheduleView,
} from './batches.ts';
export { runSchedules } from './batches-run.ts';
export * from './bulk.ts';
export * from './bulk-remigration.ts';
export * from './capacity/index.ts';
export * from './compare-object.ts';
export * from './context.ts';
export {
  addCutoverLine,
  type CutoverBatch,
  type CutoverLine,
  changeCutoverLine,
  listCutover,
  removeCutoverLine,
} from './cutover.ts';
export * from './drift.ts';
export { type DryRunReport, dryRunReport, listDryRunObjects, startDryRun } from './dry-run.ts';
export {
  createEntries,
  deleteEntry,
  type EntryFilter,
  type EntryInput,
  type EntrySort,
  getEntry,
  listBatches,
  listEntries,
  recreateEntry,
  type Selection,
  updateEntry,
} from './entries.ts';
export * from './entry-page.ts';
export type { EntryLicense, EntryView, PassSummary } from './entry-view.ts';
export { finishEntry } from './finish.ts';
export { type Identity, recoverAccount, signInByIdentity } from './identities.ts';
export * from './license-forecast.ts';
export {
  assignLicense,
  exportLedger,
  getBalances,
  grantLicenses,
  importPack,
  type LedgerExport,
  type LedgerVerdict,
  type ListedLicenseEvent,
  licensingTerms,
  listLicenseEvents,
  releaseLicense,
  verifyLedger,
  verifyLedgerExport,
} from './licenses.ts';
export * from './links.ts';
export * from './live-events.ts';
export * from './mapping.ts';
export {
  type ChannelInput,
  type ChannelView,
  createChannel,
  type DeliveryView,
  getDelivery,
  getNotificationRules,
  listChannels,
  listDeliveries,
  type MailSettings,
  removeChannel,
  renewChannelSecret,
  retryDelivery,
  testChannel,
  updateChannel,
  updateNotificationRules,
} from './notifications.ts';
export { forgetOldNotifications } from './notifications-retention.ts';
export { scanNotifications } from './notifications-scan.ts';
export { deliverNotifications, type NotificationTransport, type Sent } from './notifications-send.ts';
export * from './overview.ts';
export {
  getPass,
  listPasses,
  type PassView,
  resumePass,
  retryPass,
  type StartResult,
  startAudit,
  startPass,
  startVerify,
  stopPass,
} from './passes.ts';
export * from './people.ts';
export { planRemigration, planStart } from './plan.ts';
export type * from './plan-types.ts';
export { startPreprocess } from './preprocess.ts';
export * from './project-access.ts';
export {
  type ReportEntry,
  type ReportFailure,
  type ReportSummary,
  reportEntries,
  reportFailures,
  reportSummary,
} from './project-report.ts';
export * from './projects.ts';
export { type Reconciled, reconcile, waitsForReconcile } from './reconcile.ts';
export {
  beginRemigration,
  cancelRemigration,
  chooseBackup,
  chooseTarget,
  confirmEmptying,
  getRemigration,
  listRemigrations,
  recreateForRemigration,
  startRemigration,
  stopRemigrationPass,
  verifyRemigration,
} from './remigration.ts';
export {
  REMIGRATION_REASONS,
  REMIGRATION_STEPS,
  type RecordedStep,
  type RemigrationReason,
  type RemigrationStep,
  type RemigrationView,
} from './remigration-view.ts';
export * from './reports.ts';
export { SharedReading } from './shared-reading.ts';
export { getReportKey, signReport, verifyReportHere, verifySignedReport } from './signed-report.ts';
export {
  type ConnectorView,
  type CredentialsInput,
  checkSystem,
  createSystem,
  deleteSystem,
  getSystem,
  listConnectors,
  listSystems,
  type SystemCheck,
  type SystemView,
  updateSystem,
} from './systems.ts';
export { undoPass } from './undo.ts';
export * from './user-list.ts';
