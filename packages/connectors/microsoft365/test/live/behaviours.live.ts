import { liveAccount, liveScope, report } from '@sterna/connector-suite';
import { afterAll, describe, test } from 'vitest';
import { BEHAVIOURS, LivePlace } from './behaviours.ts';
import { LiveGraph } from './graph.ts';

const place = new LivePlace(new LiveGraph(liveAccount()), liveScope());
afterAll(() => place.clear());

describe('what the simulator assumes', () => {
  for (const { name, question, assumed, observe } of BEHAVIOURS)
    test(question, async () => {
      report({ kind: 'behaviour', name, question, assumed, observed: await observe(place) });
    });
});
