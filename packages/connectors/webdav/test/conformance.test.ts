import { describeReader, describeWriter, files, type SuiteFixture } from '@sterna/connector-suite';
import {
  type Apache,
  type SyncFront,
  startApache,
  startRcloneWebdav,
  startSyncFront,
  type WebServer,
} from '@sterna/test-servers';
import { afterAll, beforeAll } from 'vitest';
import { diskEndpoint } from './disk-endpoint.ts';

let apache: Apache;
let rclone: WebServer;
let front: SyncFront;

beforeAll(async () => {
  [apache, rclone] = await Promise.all([startApache(), startRcloneWebdav()]);
  front = await startSyncFront(apache);
}, 60_000);
afterAll(async () => {
  await front?.stop();
  await Promise.all([apache?.stop(), rclone?.stop()]);
});

const common = { material: files, keepsFlags: false, keepsDates: true } as const;

const onApache: SuiteFixture = {
  ...common,
  make: async () => diskEndpoint({ url: apache.url, root: apache.root, adopt: apache.adopt }),
};

const onRclone: SuiteFixture = {
  ...common,
  // Where it looks at the disk anew, it does so for each file of a listing.
  pagedMessages: 0,
  // It shows control characters as pictures of them.
  notSeedable: ['a name of two lines'],
  make: async () => diskEndpoint({ url: rclone.url, root: rclone.root }),
};

for (const [name, fixture] of Object.entries({ 'webdav on Apache': onApache, 'webdav on rclone': onRclone })) {
  describeReader(name, fixture);
  describeWriter(name, fixture);
}

describeReader('webdav on Apache, with its changes told', {
  ...common,
  make: async () => diskEndpoint({ url: front.url, root: apache.root, adopt: apache.adopt }),
});

// Large files are two pieces here, each a request of its own.
describeWriter('webdav on Apache, in pieces', {
  ...common,
  make: async () =>
    diskEndpoint({
      url: apache.url,
      root: apache.root,
      adopt: apache.adopt,
      settings: { chunkBytes: 5 * 1024 * 1024 },
    }),
});
