export const READ = 'https://www.googleapis.com/auth/contacts.readonly';
export const WRITE = 'https://www.googleapis.com/auth/contacts';
