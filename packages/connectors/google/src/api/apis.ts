/** Families of Google's APIs, each with an address of its own (the `rootUrl` of its discovery document). */
export const ORIGINS = {
  gmail: 'https://gmail.googleapis.com',
  calendar: 'https://www.googleapis.com',
  people: 'https://people.googleapis.com',
  tasks: 'https://tasks.googleapis.com',
  drive: 'https://www.googleapis.com',
  directory: 'https://admin.googleapis.com',
  groupsSettings: 'https://www.googleapis.com',
  groupsMigration: 'https://groupsmigration.googleapis.com',
  chat: 'https://chat.googleapis.com',
} as const;
export type Api = keyof typeof ORIGINS;
export const APIS = Object.keys(ORIGINS) as readonly Api[];

/** What an administrator switches on in the Cloud project, as its console names them. */
export const API_NAMES: Readonly<Record<Api, string>> = {
  gmail: 'Gmail API',
  calendar: 'Google Calendar API',
  people: 'People API',
  tasks: 'Google Tasks API',
  drive: 'Google Drive API',
  directory: 'Admin SDK API',
  groupsSettings: 'Groups Settings API',
  groupsMigration: 'Groups Migration API',
  chat: 'Google Chat API',
};
