import { describeReader, posts } from '@sterna/connector-suite';
import { watchedGoogle } from '../watched-google.ts';
import { AUTHOR, postEndpoint } from './suite-endpoint.ts';

// What is written goes into spaces that are being imported, where nobody else says anything: e2e/engine/google-chat.test.ts.
describeReader('google, posts', {
  make: async () => postEndpoint(await watchedGoogle()),
  material: posts(AUTHOR),
  keepsFlags: false,
  keepsDates: false,
  keepsLook: { color: false, description: false },
  // All of them are listed at once.
  pagedMessages: 0,
  readsBackAll: true,
  readsAsListed: true,
  // A message of Chat has none.
  notSeedable: ['a subject that matters'],
});
