import { costOf, type LoggedRequest, ROUTES } from '@sterna/simulator-google';

/** A request as Google's quotas see it. */
export interface MeteredRequest {
  /** `gmail`, `calendar`, `people`, `tasks`, `drive`. */
  readonly api: string;
  readonly units: number;
}

const escaped = (text: string): string => text.replace(/[.*+?^$()|[\]\\]/g, '\\$&');
/** Fixed names before parameters, `{id}:verb` before `{id}`. */
const rank = (path: string): string => path.replace(/\{\w+\}(?=:)/g, '1').replace(/\{\w+\}/g, '2');

const METHODS = [...ROUTES]
  .sort((a, b) => (rank(a.path) < rank(b.path) ? -1 : 1))
  .map(({ id, method, path }) => ({
    id,
    method,
    pattern: new RegExp(`^${escaped(path).replace(/\{\w+\}/g, '[^/]+?')}$`),
  }));

/** Undefined for what no quota counts: tokens, and a batch, whose requests count each for itself. */
export function meteredRequest({ method, target }: LoggedRequest): MeteredRequest | undefined {
  const [path = '', query = ''] = target.split('?');
  if (/^\/(?:token|batch)(?:\/|$)/.test(path)) return undefined;
  const plain = path.replace(/^(?:\/resumable)?\/upload(?=\/)/, '');
  const isUploading = plain !== path;
  // What follows in an upload belongs to the request that began it.
  if (isUploading && /(?:^|&)upload_id=/.test(query)) return undefined;
  const found = METHODS.find((one) => one.method === method && one.pattern.test(plain));
  if (found === undefined) throw new Error(`nobody knows what ${method} ${path} costs`);
  const isMedia = !isUploading && /(?:^|&)alt=media(?:&|$)/.test(query);
  return { api: found.id.split('.')[0] ?? '', units: costOf(found.id, isMedia) };
}
