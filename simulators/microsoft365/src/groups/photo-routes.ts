import { imageSize } from '../contacts/image.ts';
import type { Call } from '../http/call.ts';
import { GraphError } from '../http/errors.ts';
import { bytesReply, entityReply, noContent, type Reply } from '../http/reply.ts';
import type { Route } from '../http/router.ts';
import { invalid } from '../outlook/input.ts';
import type { Photo } from './group.ts';
import { groupOf, READ_GROUPS, WRITE_GROUPS } from './place.ts';

const LIMIT = 4 * 1024 * 1024;

/** A group's picture, which is its team's too: https://learn.microsoft.com/graph/api/profilephoto-update */
export const photoRoutes: Route[] = ['/groups/{group}/photo', '/teams/{group}/photo'].flatMap((path): Route[] => {
  const read = { permissions: READ_GROUPS, service: 'directory' } as const;
  const write = { permissions: WRITE_GROUPS, service: 'directory', bodyLimit: LIMIT } as const;
  return [
    { ...read, method: 'GET', path, handle: getPhoto },
    {
      ...read,
      method: 'GET',
      path: `${path}/$value`,
      handle: (call) => bytesReply(photoOf(call).type, [photoOf(call).bytes]),
    },
    { ...write, method: 'PUT', path: `${path}/$value`, handle: putPhoto },
    { ...write, method: 'PATCH', path: `${path}/$value`, handle: putPhoto },
  ];
});

function photoOf(call: Call): Photo {
  const { photo } = groupOf(call);
  if (photo === undefined) throw new GraphError(404, 'ImageNotFound', 'The specified image was not found.');
  return photo;
}

function getPhoto(call: Call): Reply {
  const { type, width, height } = photoOf(call);
  return entityReply(call, {
    '@odata.mediaContentType': type,
    id: `${width}x${height}`,
    width,
    height,
  });
}

function putPhoto(call: Call): Reply {
  const bytes = Buffer.from(call.incoming.body);
  const size = imageSize(bytes);
  if (size === undefined) throw invalid('The content is not an image.', 'ErrorInvalidImage');
  groupOf(call).photo = { ...size, bytes };
  return noContent(200);
}
