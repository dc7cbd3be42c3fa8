import { segment } from '../graph/client.ts';
import type { PartContext } from '../part.ts';
import { isGone } from './gone.ts';
import { hashOf } from './kept.ts';

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
      const stream = await client.open({
        method: 'GET',
        path: `${path}/attachments/${segment(one.id)}/$value`,
        headers: { accept: '*/*' },
        doing: 'reading an attachment',
        right,
        budget: outlook,
      });
      const chunks: Buffer[] = [];
      for await (const chunk of stream.body) chunks.push(chunk);
      const bytes = Buffer.concat(chunks);
      files.push({ id: one.id, name: one.name ?? '', contentType: one.contentType ?? '', bytes, hash: hashOf(bytes) });
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }
  return files;
}
