import type { Call } from '../http/call.ts';
import { applyFields, type FieldMask, parseFields } from '../http/fields.ts';
import { json as jsonResult, type Result } from '../http/result.ts';
import { Content } from './content.ts';
import { corpusOf } from './drives.ts';
import { driveError } from './errors.ts';
import type { DriveFile } from './file.ts';
import type { Json, View } from './json.ts';
import { personOf } from './principals.ts';
import { fileFor, type Media } from './write.ts';

export function viewOf(call: Call): View {
  return {
    corpus: corpusOf(call.cloud),
    person: personOf(call.user),
    now: call.now,
    project: call.identity.project.number,
    base: `${call.cloud.baseUrl}/drive/v3`,
  };
}

/** A flag and its older name: `supportsAllDrives` was `supportsTeamDrives`. */
export function allDrives(call: Call): { supportsAllDrives: boolean; includeItemsFromAllDrives: boolean } {
  const { query } = call;
  const supports = query.boolean('supportsAllDrives');
  const includes = query.boolean('includeItemsFromAllDrives');
  return {
    supportsAllDrives: query.boolean('supportsTeamDrives') || supports,
    includeItemsFromAllDrives: query.boolean('includeTeamDriveItems') || includes,
  };
}

/** The file that `{fileId}` names. Throws 404. */
export function fileOf(call: Call, view: View): DriveFile {
  return fileFor(view, call.parameter('fileId'), allDrives(call).supportsAllDrives);
}

/** As `fileOf`, for methods without supportsAllDrives: revisions, comments, export reach shared drives all the same. */
export function anyFileOf(call: Call, view: View): DriveFile {
  return fileFor(view, call.parameter('fileId'), true);
}

export function mediaOf(call: Call): Media | undefined {
  const { media } = call;
  return media === undefined ? undefined : { type: media.contentType || undefined, content: new Content([media.body]) };
}

/** Parameters that change nothing here. */
export function ignore(call: Call, ...names: readonly string[]): void {
  for (const name of names) call.query.text(name);
}

const masks = new Map<string, FieldMask>();

/** The JSON, of which only `usual` is told unless `fields` says otherwise. */
export function reply(call: Call, value: Json, usual: string, status = 200): Result {
  if (call.fields !== undefined) return jsonResult(value, { status });
  let mask = masks.get(usual);
  if (mask === undefined) {
    mask = parseFields(usual);
    masks.set(usual, mask);
  }
  return jsonResult(applyFields(value, mask), { status });
}

/** For methods that have no usual fields. Source: developers.google.com/workspace/drive/api/guides/fields-parameter. */
export function requireFields(call: Call): void {
  if (call.fields !== undefined) return;
  throw driveError(400, 'required', "The 'fields' parameter is required for this method.", {
    location: 'fields',
    locationType: 'parameter',
  });
}

export const FILE_FIELDS = 'kind,id,name,mimeType,driveId,teamDriveId,resourceKey';
