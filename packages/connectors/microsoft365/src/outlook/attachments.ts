import { hashOf } from '@sterna/content';
import { segment } from '../graph/client.ts';
import type { PartContext } from '../part.ts';
import { isGone } from './gone.ts';
import type { Item, Query } from './item-kind.ts';

interface GraphAttachment {
  readonly '@odata.type'?: string;
  readonly id: string;
  readonly name?: string | null;
  readonly contentType?: string | null;
}

export interface FileRead {
  readonly id: string;
  readonly name: string;
  readonly contentType: string;
  readonly bytes: Buffer;
  readonly hash: string;
}

/** The files attached to an item, and items attached to it as files; links to elsewhere have no content. */
export async function attachmentsAt(context: PartContext, path: string, right: string): Promise<readonly FileRead[]> {
  const { client, outlook } = context;
  const listed = await client.all<GraphAttachment>({
    method: 'GET',
    path: `${path}/attachments`,
    query: { $select: 'id,name,contentType,size,isInline' },
    doing: 'listing attachments',
    right,
    budget: outlook,
  });
  const files: FileRead[] = [];
  for (const one of listed) {
    if (one['@odata.type']?.endsWith('referenceAttachment') === true) continue;
    try {
      const bytes = await attachedBytes(context, `${path}/attachments/${segment(one.id)}`, right);
      files.push({ id: one.id, name: one.name ?? '', contentType: one.contentType ?? '', bytes, hash: hashOf(bytes) });
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }
  return files;
}

/** @param path of the attachment */
export async function attachedBytes(
  { client, outlook }: Pick<PartContext, 'client' | 'outlook'>,
  path: string,
  right: string,
): Promise<Buffer> {
  const stream = await client.open({
    method: 'GET',
    path: `${path}/$value`,
    headers: { accept: '*/*' },
    doing: 'reading an attachment',
    right,
    budget: outlook,
  });
  const chunks: Buffer[] = [];
  for await (const chunk of stream.body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** @param query for the listing: To Do knows no `$select` there */
export async function removeAttachments(
  { client, outlook }: PartContext,
  path: string,
  right: string,
  query: Query,
): Promise<void> {
  const common = { right, budget: outlook } as const;
  for (const { id } of await client.all<Item>({
    ...common,
    method: 'GET',
    path: `${path}/attachments`,
    query,
    doing: 'listing attachments',
  }))
    await client.send({
      ...common,
      method: 'DELETE',
      path: `${path}/attachments/${segment(id)}`,
      doing: 'removing an attachment',
      expected: [404],
    });
}
