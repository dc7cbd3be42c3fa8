/** Scopes by what a method does, as the API's description lists them. */
const FULL = 'https://mail.google.com/';

export const READ = [FULL, 'gmail.modify', 'gmail.readonly'];
export const READ_METADATA = [...READ, 'gmail.metadata'];
export const READ_ADDON_CONTENT = [
  ...READ,
  'gmail.addons.current.message.action',
  'gmail.addons.current.message.readonly',
];
export const READ_ADDON = [...READ_ADDON_CONTENT, 'gmail.metadata', 'gmail.addons.current.message.metadata'];
export const MODIFY = [FULL, 'gmail.modify'];
export const DELETE = [FULL];
export const INSERT = [FULL, 'gmail.insert', 'gmail.modify'];
export const LABELS = [FULL, 'gmail.labels', 'gmail.modify'];
export const READ_LABELS = [...READ_METADATA, 'gmail.labels'];
export const READ_DRAFTS = [...READ, 'gmail.compose'];
export const WRITE_DRAFTS = [FULL, 'gmail.modify', 'gmail.compose', 'gmail.addons.current.action.compose'];
export const SEND = [...WRITE_DRAFTS, 'gmail.send'];
export const PROFILE = [...READ_METADATA, 'gmail.compose'];
export const READ_SETTINGS = [...READ, 'gmail.settings.basic'];
export const BASIC_SETTINGS = ['gmail.settings.basic'];
export const SHARING_SETTINGS = ['gmail.settings.sharing'];
