import {
  type FoundMessage,
  fileNameOf,
  files,
  type PickMessage,
  type SuiteEndpoint,
  type SuiteFixture,
} from '@sterna/connector-suite';
import type { S3Server } from '@sterna/test-servers';
import { s3Connector } from '../src/index.ts';
import { RawBucket } from './support.ts';

const OURS = /^\.sterna-.*\.part$/s;

/** A bucket of its own for each test, with the drive in a folder of it. */
export const s3Fixture = (server: () => S3Server): SuiteFixture => ({
  material: files,
  keepsFlags: false,
  // Seeds have no time of their own: only reading, not listing, could tell it.
  keepsDates: false,
  listsDates: false,
  make: async () => endpointOn(await RawBucket.make(server())),
});

async function endpointOn(bucket: RawBucket): Promise<SuiteEndpoint> {
  const base = 'drives/one/';
  await bucket.put(base, '');
  const keyOf = ({ folder, raw }: PickMessage): string => base + [...folder, fileNameOf(raw)].join('/');
  const below = async (): Promise<string[]> =>
    (await bucket.keys()).filter((key) => key.startsWith(base) && key !== base).map((key) => key.slice(base.length));
  const isOurs = (key: string): boolean => key.split('/').some((name) => OURS.test(name) || name === '.sterna-uploads');
  return {
    connector: s3Connector,
    system: bucket.system({ prefix: 'drives' }),
    address: 'one',
    async seed(objects) {
      for (const one of objects) await bucket.put(keyOf(one), one.raw);
    },
    async dump() {
      const found: FoundMessage[] = [];
      for (const key of await below()) {
        if (key.endsWith('/') || isOurs(key)) continue;
        const folder = key.split('/');
        const name = folder.pop() as string;
        const { body, metadata } = await bucket.get(base + key);
        const seconds = Number(metadata.mtime);
        const date = Number.isNaN(seconds) ? undefined : new Date(seconds * 1_000);
        found.push({ folder, name, raw: body, flags: [], date });
      }
      return found;
    },
    async folders() {
      const paths = new Map<string, string[]>();
      for (const key of (await below()).filter((one) => !isOurs(one))) {
        const folder = key.split('/').slice(0, -1);
        for (let depth = 1; depth <= folder.length; depth += 1)
          paths.set(folder.slice(0, depth).join('/'), folder.slice(0, depth));
      }
      return [...paths.values()];
    },
    remove: (which) => bucket.remove(keyOf(which)),
    replace: (which, raw) => bucket.put(keyOf(which), raw),
    async move(which, to) {
      const { body } = await bucket.get(keyOf(which));
      await bucket.put(keyOf({ folder: to, raw: which.raw }), body);
      await bucket.remove(keyOf(which));
    },
    makeFolder: (path) => bucket.put(`${base}${path.join('/')}/`, ''),
    leftovers: async () => (await below()).map((key) => key.split('/').at(-1) ?? '').filter((name) => OURS.test(name)),
    dispose: async () => bucket.dispose(),
  };
}
