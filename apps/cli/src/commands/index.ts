import type { Command } from 'commander';
import { registerAudit } from './audit.ts';
import { registerBackup } from './backup.ts';
import { registerBatch } from './batch.ts';
import { registerCopy } from './copy.ts';
import { registerCutover } from './cutover.ts';
import { registerDatabase } from './database.ts';
import { registerDemo } from './demo.ts';
import { registerEntry } from './entry.ts';
import { registerLedger } from './ledger.ts';
import { registerLicense } from './license.ts';
import { registerLinks } from './links.ts';
import { registerList } from './list.ts';
import { registerNotification } from './notification.ts';
import { registerOverview } from './overview.ts';
import { registerPass } from './pass.ts';
import { registerPlan } from './plan.ts';
import { registerProject } from './project.ts';
import { registerRecover } from './recover.ts';
import { registerRehearse } from './rehearse.ts';
import { registerRemigrate } from './remigrate.ts';
import { registerReport } from './report.ts';
import { registerSecrets } from './secrets.ts';
import { registerServe } from './serve.ts';
import { registerSession } from './session.ts';
import { registerSystem } from './system.ts';
import { registerVersion } from './version.ts';

/** Command groups in the order of the help. */
export const commandGroups: readonly ((program: Command) => void)[] = [
  registerDemo,
  registerCopy,
  registerServe,
  registerSecrets,
  registerRecover,
  registerSession,
  registerSystem,
  registerProject,
  registerPlan,
  registerRehearse,
  registerList,
  registerEntry,
  registerPass,
  registerBatch,
  registerCutover,
  registerLinks,
  registerOverview,
  registerRemigrate,
  registerBackup,
  registerLicense,
  registerAudit,
  registerLedger,
  registerReport,
  registerDatabase,
  registerNotification,
  registerVersion,
];
