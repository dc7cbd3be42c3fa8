import { describeReader, describeWriter, type Material, type SuiteFixture, tasks } from '@sterna/connector-suite';
import { type Google, startGoogle } from '@sterna/simulator-google';
import { Contract } from '@sterna/simulator-google/contract';
import { afterEach } from 'vitest';
import { taskEndpoint } from './suite-endpoint.ts';

const running: Google[] = [];
const contract = new Contract();
afterEach(async () => {
  for (const server of running.splice(0)) {
    const [failure] = server.failures;
    await server.stop();
    if (failure !== undefined) throw failure;
  }
  if (contract.faults.length > 0) throw new Error(contract.faults.join('\n'));
});

/** A task is one object with Google: occurrences of its own are told, and left out; and notes have an end. */
const NOT_HELD = ['a series with an exception', 'a line without folds'];

const material: Material = {
  ...tasks,
  // Google takes 8,192 characters of notes.
  large: (n = 0) => tasks.plain(`large ${n}`, 'much to do, '.repeat(500)),
  awkward: new Map([...tasks.awkward].filter(([label]) => !NOT_HELD.includes(label))),
};

const fixture: SuiteFixture = {
  make: async () => {
    const server = await startGoogle({ empty: true, observe: contract.observe });
    running.push(server);
    return taskEndpoint(server, 'alice@nordwind.example');
  },
  material,
  pagedMessages: 230,
  keepsFlags: false,
  keepsDates: false,
  keepsLook: { color: false, description: false },
  allowsTwinKeys: false,
  // What only our own writing can put into Google.
  notSeedable: [
    'long lines',
    'an alarm',
    'people with quoted names',
    'properties of other programs',
    'an unknown property with parameters',
  ],
};

describeReader('google, tasks', fixture);
describeWriter('google, tasks', fixture);
