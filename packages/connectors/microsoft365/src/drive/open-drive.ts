import type { NameRules } from '@sterna/core';
import type { PartContext } from '../part.ts';
import { DriveApi } from './drive-api.ts';
import { Folders } from './folders.ts';
import { DriveReader } from './reader.ts';
import { Uploader } from './upload.ts';
import { DriveWriter } from './writer.ts';

export interface DriveOf {
  readonly id: string;
  /** Its root, or the folder that is taken for one. */
  readonly rootId: string;
  /** Of that root, where it is known: what links to its files begin with. */
  readonly webUrl: string | undefined;
  readonly rules: NameRules;
  /** Of the organization: links for all of it are for this one. */
  readonly domain: string;
}

export interface OpenDrive {
  readonly reader: DriveReader;
  readonly writer: DriveWriter;
}

/** What reads and writes one drive, or what is below one of its folders. */
export function openDrive(
  { client, drive: budget, settings }: Pick<PartContext, 'client' | 'drive' | 'settings'>,
  { id, rootId, webUrl, rules, domain }: DriveOf,
): OpenDrive {
  const api = new DriveApi(client, budget, id, settings.pageSize);
  const reader = new DriveReader(api, { rootId, webUrl, rules, domain });
  const writer = new DriveWriter({
    api,
    reader,
    folders: new Folders(api, rules, rootId, webUrl),
    uploader: new Uploader(api, settings.uploadPieceBytes),
    rules,
    domain,
    clientId: settings.clientId,
  });
  return { reader, writer };
}
