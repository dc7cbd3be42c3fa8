import type { Call } from '../http/call.ts';
import type { Result } from '../http/result.ts';
import type { Route } from '../http/router.ts';

const READERS = [
  'drive',
  'drive.file',
  'drive.meet.readonly',
  'drive.metadata',
  'drive.metadata.readonly',
  'drive.readonly',
];

/** Of which scopes one suffices, as the discovery document has it; all that isn't here: `drive` alone. */
const SCOPES: readonly (readonly [methods: RegExp, scopes: readonly string[]])[] = [
  [
    /^about\.get$/,
    [
      'drive',
      'drive.appdata',
      'drive.file',
      'drive.metadata',
      'drive.metadata.readonly',
      'drive.photos.readonly',
      'drive.readonly',
    ],
  ],
  [
    /^(?:changes\.\w+|files\.(?:get|list)|revisions\.(?:get|list))$/,
    [...READERS, 'drive.appdata', 'drive.photos.readonly'],
  ],
  [/^permissions\.(?:get|list)$/, [...READERS, 'drive.photos.readonly']],
  [
    /^(?:(?:comments|replies)\.(?:get|list)|files\.export)$/,
    ['drive', 'drive.file', 'drive.meet.readonly', 'drive.readonly'],
  ],
  [/^drives\.(?:get|list)$/, ['drive', 'drive.readonly']],
  [/^files\.update$/, ['drive', 'drive.appdata', 'drive.file', 'drive.metadata', 'drive.scripts']],
  [/^files\.copy$/, ['drive', 'drive.appdata', 'drive.file', 'drive.photos.readonly']],
  [/^(?:files\.(?:create|delete|generateIds)|revisions\.\w+)$/, ['drive', 'drive.appdata', 'drive.file']],
  [/^(?:comments|permissions|replies)\.\w+$/, ['drive', 'drive.file']],
];

/** One method of Drive: `route('files.get', 'GET', '/files/{fileId}', get)`. */
export function route(
  id: string,
  method: Route['method'],
  path: string,
  handle: (call: Call) => Result,
  media?: Route['media'],
): Route {
  const scopes = SCOPES.find(([methods]) => methods.test(id))?.[1] ?? ['drive'];
  return {
    id: `drive.${id}`,
    method,
    path: `/drive/v3${path}`,
    scopes,
    handle,
    ...(media === undefined ? {} : { media }),
  };
}
