import { type Content, INLINE_LIMIT } from '@sterna/connector-kit';
import { segment } from '../graph/client.ts';
import { changedWhileRead, FileBody, type Origin, wholeContent } from './download.ts';
import { type DriveApi, isGone, RIGHTS } from './drive-api.ts';
import { contentVersion } from './item.ts';
import { QuickXorHash } from './quick-xor-hash.ts';

/** https://learn.microsoft.com/en-us/graph/api/resources/driveitemversion */
interface DriveItemVersion {
  readonly id: string;
  readonly lastModifiedDateTime?: string | null;
  readonly size?: number | null;
}

/**
 * What a file was before, the oldest first: the `depth` latest of its versions but the current one. Graph tells no hash of
 * them, so that each is read for its version; a large one once more than it is taken.
 */
export async function* earlierContents(
  api: DriveApi,
  folderId: string,
  name: string,
  depth: number,
): AsyncGenerator<Content> {
  const path = api.pathOf(folderId, name);
  const earlier = await latest(api, path, depth);
  for (const version of earlier.reverse()) {
    const size = version.size ?? 0;
    const told = Date.parse(version.lastModifiedDateTime ?? '');
    const origin = originOf(api, `${path}/versions/${segment(version.id)}/content`, size);
    const common = { id: name, name, flags: [], date: Number.isNaN(told) ? undefined : new Date(told), size };
    if (size > INLINE_LIMIT) {
      const body = new FileBody(api.client, origin, { size, version: undefined });
      const hash = new QuickXorHash();
      for await (const chunk of body) hash.update(chunk);
      yield { ...common, version: contentVersion(hash.digest(), size), body };
      continue;
    }
    const found = await origin.find();
    // It was thrown away meanwhile: nobody keeps versions for ever.
    if (found === undefined) continue;
    const body = await wholeContent(api.client, found, api.budget);
    if (body === 'changed') throw changedWhileRead();
    yield { ...common, version: contentVersion(new QuickXorHash().update(body).digest(), size), body };
  }
}

/** The newest first. */
async function latest(api: DriveApi, path: string, depth: number): Promise<DriveItemVersion[]> {
  const found: DriveItemVersion[] = [];
  try {
    for await (const page of api.client.pages<DriveItemVersion>({
      method: 'GET',
      path: `${path}/versions`,
      query: { $top: Math.min(depth + 1, 200) },
      doing: 'listing the versions of a file',
      right: RIGHTS.read,
      budget: api.budget,
      cost: { units: 2 },
    })) {
      found.push(...page.value);
      if (found.length > depth) break;
    }
  } catch (thrown) {
    if (!isGone(thrown)) throw thrown;
  }
  // The first one is the current, which has no content by its id.
  return found.slice(1, depth + 1);
}

const originOf = (api: DriveApi, path: string, size: number): Origin => ({
  async find() {
    const answer = await api.client.send({
      method: 'GET',
      path,
      doing: 'reading an earlier version of a file',
      right: RIGHTS.read,
      budget: api.budget,
      cost: { units: 1 },
      expected: [302, 400, 404],
    });
    const url = answer.header('location');
    return answer.status !== 302 || url === undefined ? undefined : { url, size, hash: undefined, version: undefined };
  },
});
