export const ARCHIVE_SCOPES = ['https://www.googleapis.com/auth/apps.groups.migration'] as const;
