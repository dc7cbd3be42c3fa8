export type ErrorForm = 'classic' | 'both' | 'canonical';

export type FamilyName =
  | 'gmail'
  | 'calendar'
  | 'people'
  | 'tasks'
  | 'drive'
  | 'directory'
  | 'groupsSettings'
  | 'groupsmigration'
  | 'chat';

/** One of Google's APIs: its paths on our one address, and its habits. */
export interface Family {
  readonly name: FamilyName;
  /** As error details name it. */
  readonly service: string;
  readonly prefix: RegExp;
  readonly errors: ErrorForm;
  /** The most requests of a batch. */
  readonly batch: number;
  /** Where its batches go, after `/batch`; on the API's own host, `/batch` alone will do. */
  readonly batchPath: string;
}

/** Batch sizes: developers.google.com/workspace/{gmail,drive,calendar,admin}/…/batch; People's and Tasks' pages have none, 50 as the oldest ones had. */
export const FAMILIES: readonly Family[] = [
  {
    name: 'gmail',
    service: 'gmail.googleapis.com',
    prefix: /^\/gmail\/v1\//,
    errors: 'both',
    batch: 100,
    batchPath: '/gmail/v1',
  },
  {
    name: 'calendar',
    service: 'calendar-json.googleapis.com',
    prefix: /^\/calendar\/v3\//,
    errors: 'classic',
    batch: 50,
    batchPath: '/calendar/v3',
  },
  {
    name: 'tasks',
    service: 'tasks.googleapis.com',
    prefix: /^\/tasks\/v1\//,
    errors: 'both',
    batch: 50,
    batchPath: '/tasks/v1',
  },
  {
    name: 'drive',
    service: 'drive.googleapis.com',
    prefix: /^\/drive\/v3\//,
    errors: 'classic',
    batch: 100,
    batchPath: '/drive/v3',
  },
  {
    name: 'directory',
    service: 'admin.googleapis.com',
    prefix: /^\/admin\/directory\/v1\//,
    errors: 'classic',
    batch: 1000,
    batchPath: '/admin/directory_v1',
  },
  {
    name: 'groupsSettings',
    service: 'groupssettings.googleapis.com',
    prefix: /^\/groups\/v1\/groups\/[^/]+$/,
    errors: 'classic',
    batch: 50,
    batchPath: '/groupssettings/v1',
  },
  {
    name: 'groupsmigration',
    service: 'groupsmigration.googleapis.com',
    prefix: /^\/groups\/v1\/groups\/[^/]+\/archive$/,
    errors: 'classic',
    batch: 50,
    batchPath: '/groupsmigration/v1',
  },
  {
    name: 'chat',
    service: 'chat.googleapis.com',
    prefix: /^\/v1\/(?:spaces|media|customEmojis|users)(?:[/:]|$)/,
    errors: 'canonical',
    batch: 50,
    batchPath: '/chat/v1',
  },
  {
    name: 'people',
    service: 'people.googleapis.com',
    prefix: /^\/v1\//,
    errors: 'canonical',
    batch: 50,
    batchPath: '/people/v1',
  },
];

/** The API that a path belongs to; an upload's `/upload` or `/resumable/upload` must be taken off before. */
export function familyOf(path: string): Family | undefined {
  return FAMILIES.find(({ prefix }) => prefix.test(path));
}
