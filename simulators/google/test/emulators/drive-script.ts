import type { Answers, Step } from './compare.ts';

const FILES = '/drive/v3/files';
const FOLDER = 'application/vnd.google-apps.folder';
const FIELDS = 'fields=id,name,mimeType,parents,size,trashed,createdTime,modifiedTime';
const LIST = 'fields=nextPageToken,files(id,name,mimeType,parents,size,trashed)';

const step = (
  name: string,
  method: string,
  path: string | ((earlier: Answers) => string),
  more: Pick<Step, 'body' | 'contentType'> = {},
): Step => ({ name, method, path: typeof path === 'string' ? () => path : path, ...more });
const inside =
  (folder: string, more = '') =>
  (earlier: Answers) =>
    `${FILES}?q=${encodeURIComponent(`'${earlier[folder].id}' in parents and trashed = false`)}&orderBy=name&${LIST}${more}`;
const uploaded = ({ folder }: Answers): string =>
  [
    '--x',
    'Content-Type: application/json; charset=UTF-8',
    '',
    JSON.stringify({ name: 'b.txt', mimeType: 'text/plain', parents: [folder.id] }),
    '--x',
    'Content-Type: text/plain',
    '',
    'hello',
    '--x--',
    '',
  ].join('\r\n');

/** What the emulator has of Drive. */
export const DRIVE: readonly Step[] = [
  step('folder', 'POST', `${FILES}?${FIELDS}`, { body: () => ({ name: 'Folder', mimeType: FOLDER }) }),
  step('other', 'POST', `${FILES}?${FIELDS}`, { body: () => ({ name: 'Other', mimeType: FOLDER }) }),
  step('empty', 'POST', `${FILES}?${FIELDS}`, {
    body: ({ folder }) => ({ name: 'a.txt', mimeType: 'text/plain', parents: [folder.id] }),
  }),
  step('upload', 'POST', `/upload${FILES}?uploadType=multipart&${FIELDS}`, {
    body: uploaded,
    contentType: 'multipart/related; boundary=x',
  }),
  step('get', 'GET', ({ upload }) => `${FILES}/${upload.id}?${FIELDS}`),
  step('media', 'GET', ({ upload }) => `${FILES}/${upload.id}?alt=media`),
  step('list', 'GET', inside('folder')),
  step('page', 'GET', inside('folder', '&pageSize=1')),
  step(
    'next',
    'GET',
    (earlier) => `${inside('folder', '&pageSize=1')(earlier)}&pageToken=${earlier.page.nextPageToken}`,
  ),
  step('folders', 'GET', `${FILES}?q=${encodeURIComponent(`mimeType = '${FOLDER}'`)}&orderBy=name&${LIST}`),
  step('rename', 'PATCH', ({ upload }) => `${FILES}/${upload.id}?${FIELDS}`, { body: () => ({ name: 'c.txt' }) }),
  step(
    'move',
    'PATCH',
    ({ upload, folder, other }) => `${FILES}/${upload.id}?addParents=${other.id}&removeParents=${folder.id}&${FIELDS}`,
    { body: () => ({}) },
  ),
  step('left', 'GET', inside('folder')),
  step('moved', 'GET', inside('other')),
  step('stranger', 'GET', `${FILES}/nowhere`),
];

/** Where the two disagree, and why the simulator is as it is. */
export const DRIVE_SETTLED: readonly { readonly place: RegExp; readonly because: string }[] = [
  { place: /(createdTime|modifiedTime|nextPageToken)$/, because: 'each makes its own' },
  { place: /^stranger: error\./, because: 'Drive’s errors have the reason notFound and words of its own' },
];
