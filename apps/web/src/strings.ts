/**
 * Every English word of the dashboard, by feature. A translation replaces this one object.
 * What the API says (messages, fixes, evidence) is shown as it came.
 */
import { batches } from './strings/batches.ts';
import { common, errors, shell } from './strings/common.ts';
import { entry } from './strings/entry.ts';
import { forms } from './strings/forms.ts';
import { guide } from './strings/guide.ts';
import { licenses } from './strings/licenses.ts';
import { list } from './strings/list.ts';
import { mapping } from './strings/mapping.ts';
import { notify } from './strings/notifications.ts';
import { overview } from './strings/overview.ts';
import { projects } from './strings/projects.ts';
import { remigration } from './strings/remigration.ts';
import { reports } from './strings/reports.ts';
import { session } from './strings/session.ts';
import { settings } from './strings/settings.ts';
import { systems } from './strings/systems.ts';

export const strings = {
  common,
  errors,
  shell,
  session,
  forms,
  guide,
  overview,
  systems,
  projects,
  settings,
  mapping,
  licenses,
  list,
  entry,
  remigration,
  reports,
  batches,
  notify,
} as const;
