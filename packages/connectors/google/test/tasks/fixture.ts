import { type Material, type SuiteFixture, tasks } from '@sterna/connector-suite';

/** A task is one object with Google: occurrences of its own are told, and left out; and notes have an end. */
const NOT_HELD = ['a series with an exception', 'a line without folds'];

const material: Material = {
  ...tasks,
  // Google takes 8,192 characters of notes.
  large: (n = 0) => tasks.plain(`large ${n}`, 'much to do, '.repeat(500)),
  awkward: new Map([...tasks.awkward].filter(([label]) => !NOT_HELD.includes(label))),
};

/** @param make an endpoint without anything of this kind */
export const taskFixture = (make: SuiteFixture['make']): SuiteFixture => ({
  make,
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
});
