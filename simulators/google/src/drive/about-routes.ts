import type { Call } from '../http/call.ts';
import { json, type Result } from '../http/result.ts';
import type { Route } from '../http/router.ts';
import { defined, userJson } from './json.ts';
import { EXPORT_FORMATS, IMPORT_FORMATS, MAX_IMPORT } from './native.ts';
import { requireFields, viewOf } from './request.ts';
import { route } from './route.ts';

/** Source: developers.google.com/workspace/drive/api/reference/rest/v3/about. */
function get(call: Call): Result {
  requireFields(call);
  const view = viewOf(call);
  const { corpus, person } = view;
  const { total, trash } = corpus.usage(person);
  const limit = corpus.behaviour.storageLimit;
  return json({
    kind: 'drive#about',
    user: userJson(person, person),
    storageQuota: defined({
      limit: limit === undefined ? undefined : String(limit),
      usage: String(total),
      usageInDrive: String(total),
      usageInDriveTrash: String(trash),
    }),
    importFormats: IMPORT_FORMATS,
    exportFormats: EXPORT_FORMATS,
    maxImportSizes: Object.fromEntries(Object.entries(MAX_IMPORT).map(([type, size]) => [type, String(size)])),
    maxUploadSize: '5497558138880',
    appInstalled: true,
    folderColorPalette: ['#8f8f8f', '#f83a22', '#fa573c', '#42d692', '#4986e7', '#cd74e6'],
    driveThemes: [],
    canCreateDrives: true,
    canCreateTeamDrives: true,
    teamDriveThemes: [],
  });
}

export const aboutRoutes: readonly Route[] = [route('about.get', 'GET', '/about', get)];
