import { CALENDAR_ASSUMPTIONS, type CalendarAssumptions } from './calendar/assumptions.ts';
import { CHAT_ASSUMPTIONS, type ChatAssumptions } from './chat/assumptions.ts';
import { DRIVE_ASSUMPTIONS, type DriveAssumptions } from './drive/assumptions.ts';
import { GMAIL_ASSUMPTIONS, type GmailAssumptions } from './gmail/assumptions.ts';
import { GROUPS_ASSUMPTIONS, type GroupsAssumptions } from './groups/assumptions.ts';
import { PEOPLE_ASSUMPTIONS, type PeopleAssumptions } from './people/assumptions.ts';
import { TASKS_ASSUMPTIONS, type TasksAssumptions } from './tasks/assumptions.ts';

/** Where the vendor's behaviour isn't certain, what this simulator does; docs/connectors/google.md lists them. */
export interface Assumptions
  extends GmailAssumptions,
    CalendarAssumptions,
    PeopleAssumptions,
    TasksAssumptions,
    GroupsAssumptions,
    ChatAssumptions,
    DriveAssumptions {
  /** What the token endpoint says when only some of the scopes that are asked for were delegated. */
  readonly partlyDelegated: 'unauthorized_client' | 'access_denied';
  /** How a request over a limit per minute is refused. */
  readonly overQuotaStatus: 403 | 429;
}

export const DEFAULT_ASSUMPTIONS: Assumptions = {
  ...GMAIL_ASSUMPTIONS,
  ...CALENDAR_ASSUMPTIONS,
  ...PEOPLE_ASSUMPTIONS,
  ...TASKS_ASSUMPTIONS,
  ...CHAT_ASSUMPTIONS,
  ...DRIVE_ASSUMPTIONS,
  ...GROUPS_ASSUMPTIONS,
  partlyDelegated: 'unauthorized_client',
  overQuotaStatus: 403,
};
