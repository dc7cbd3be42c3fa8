import { DRIVE_ITEM, itemJson } from '../drive/json.ts';
import type { Call } from '../http/call.ts';
import { entityReply, type Reply } from '../http/reply.ts';
import { checkSelect, project } from '../odata/shape.ts';
import type { Channel } from './channel.ts';
import { notFound } from './place.ts';

/** The folder with a channel's files, as an item of its drive: https://learn.microsoft.com/graph/api/channel-get-filesfolder */
export function filesFolderReply(call: Call, { files }: Channel): Reply {
  if (files === undefined) throw notFound('The folder of the channel');
  const { select } = call.query;
  checkSelect(DRIVE_ITEM, select);
  return entityReply(call, project(itemJson(files.drive, files.folder), select));
}
