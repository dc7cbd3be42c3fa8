import { liveAccount, liveScope, report } from '@sterna/connector-suite';
import { afterAll, describe, test } from 'vitest';
import { BEHAVIOURS } from './behaviours.ts';
import { LiveGoogle } from './live-google.ts';
import { LivePlace } from './live-place.ts';

const place = new LivePlace(new LiveGoogle(liveAccount()), liveScope());
afterAll(() => place.clear());

describe('what the simulator assumes', () => {
  for (const { name, question, assumed, observe } of BEHAVIOURS)
    test(question, async () => {
      report({ kind: 'behaviour', name, question, assumed, observed: await observe(place) });
    });
});
