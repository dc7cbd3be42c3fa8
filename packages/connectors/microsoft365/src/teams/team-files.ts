import { segment } from '../graph/client.ts';
import { statusOf } from '../graph/errors.ts';
import type { GroupContext } from '../groups/group.ts';

export interface TargetFile {
  /** GUID of the file in its library, by which posts name it. */
  readonly uniqueId: string;
  readonly url: string;
}

interface Item {
  readonly webUrl?: string | null;
  readonly eTag?: string | null;
}

/** The files of a team’s own library, as posts speak of them: by their addresses. */
export class TeamFiles {
  readonly #context: GroupContext;
  #root: string | undefined;

  constructor(context: GroupContext) {
    this.#context = context;
  }

  /** Before `fileAt` is asked. */
  async ready(): Promise<void> {
    if (this.#root !== undefined) return;
    const { client, path, drive: budget } = this.#context;
    try {
      const { body } = await client.send<Item>({
        method: 'GET',
        path: `${path}/drive`,
        query: { $select: 'webUrl' },
        doing: 'looking for the files of the team',
        budget,
        cost: { units: 1 },
      });
      this.#root = plainUrl(body.webUrl ?? '');
    } catch (thrown) {
      if (statusOf(thrown) !== 404) throw thrown;
      this.#root = '';
    }
  }

  /** Names from the root of the library; undefined where the URL leads elsewhere. */
  fileAt(url: string): readonly string[] | undefined {
    const root = this.#root ?? '';
    const plain = plainUrl(url);
    if (root === '' || !plain.toLowerCase().startsWith(`${root.toLowerCase()}/`)) return undefined;
    const names = plain.slice(root.length + 1).split('/');
    return names.includes('') ? undefined : names;
  }

  async file(path: readonly string[]): Promise<TargetFile | undefined> {
    const { client, path: group, drive: budget } = this.#context;
    const { status, body } = await client.send<Item>({
      method: 'GET',
      path: `${group}/drive/root:/${path.map(segment).join('/')}`,
      query: { $select: 'id,eTag,webUrl' },
      doing: 'looking for a file that a post names',
      budget,
      cost: { units: 1 },
      expected: [404],
    });
    const uniqueId = /\{?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\}?/i.exec(body?.eTag ?? '')?.[1];
    if (status === 404 || uniqueId === undefined || !body.webUrl) return undefined;
    return { uniqueId: uniqueId.toLowerCase(), url: body.webUrl };
  }
}

/** Decoded, without query. */
function plainUrl(url: string): string {
  const bare = url.split(/[?#]/)[0] ?? '';
  try {
    return decodeURIComponent(bare);
  } catch {
    return bare;
  }
}
