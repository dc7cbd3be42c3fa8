import { filterName, looksForText, type Rule, writeSetting } from '@sterna/content';
import type { Material } from './material.ts';
import { COMMANDS } from './messages.ts';

const rule = (name: string, more: Partial<Rule> = {}): Buffer =>
  writeSetting({
    type: 'rule',
    name,
    order: 1,
    enabled: true,
    conditions: { subjectContains: ['suite'] },
    exceptions: {},
    actions: { markRead: true },
    ...more,
  });

const nameOf = (n: number | string): string => `Suite rule ${n}`;
const plain = (n: number | string, body?: string): Buffer =>
  rule(nameOf(n), {
    conditions: {
      from: [{ address: `suite.${encodeURIComponent(n)}@example.org` }],
      ...(body ? { bodyContains: [body] } : {}),
    },
  });

/** Rules, which a mailbox may have any number of; of the other settings there are few. */
export const settingMaterial: Material = {
  kind: 'setting',
  home: ['Rules'],
  plain,
  twin: (n) => plain(`${n} again`),
  changed: (n) => rule(nameOf(n), { actions: { importance: 'low', stop: true } }),
  large: (n = 0) =>
    rule(`Large ${n}`, { conditions: { bodyContains: Array.from({ length: 2_000 }, (_, word) => `word ${word}`) } }),
  streams: false,
  awkward: new Map(
    Object.entries({
      'names beyond ASCII': rule('Lön & Gehälter 請求 🎉', { conditions: { subjectContains: ['Straße', '請求書'] } }),
      'a quote and a backslash': rule('"C:\\Mail"', { conditions: { subjectOrBodyContains: ['say "hi"', '\\'] } }),
      commands: rule('Commands', { conditions: { bodyContains: [COMMANDS] } }),
      'every condition': rule('All of them', {
        conditions: {
          from: [{ address: 'ann@example.org', name: 'Ann' }, { address: 'bob@example.org' }],
          to: [{ address: 'team@example.org' }],
          fromContains: ['@news.'],
          recipientContains: ['list'],
          subjectContains: ['a', 'b'],
          bodyContains: ['c'],
          subjectOrBodyContains: ['d'],
          headerContains: ['X-Spam'],
          categories: ['Red'],
          addressed: ['cc', 'to'],
          hasAttachments: true,
          importance: 'high',
          sensitivity: 'private',
          size: { atLeast: 10_240, atMost: 1_048_576 },
          flaggedFor: 'follow-up',
          is: ['automatic-reply', 'signed'],
        },
      }),
      exceptions: rule('Not from the boss', {
        exceptions: { from: [{ address: 'boss@example.org' }], addressed: ['only-to'] },
      }),
      'a rule that is off': rule('Off', { enabled: false }),
      'every action': rule('Does much', {
        actions: {
          delete: 'trash',
          markRead: true,
          importance: 'high',
          categories: ['Red', 'Blue'],
          forwardTo: [{ address: 'one@example.org', name: 'One' }],
          forwardAsAttachmentTo: [{ address: 'two@example.org' }],
          redirectTo: [{ address: 'three@example.org' }],
          stop: true,
        },
      }),
      'a large size only': rule('Large mail', { conditions: { size: { atLeast: 5_242_880 } } }),
      'no condition': rule('All mail', { conditions: {} }),
    }),
  ),
  folderNames: [],
  hostileNames: [],
};

/** Rules as filters are: on, known by what they look for, and looking for words. */
const filter = (conditions: Rule['conditions'], more: Partial<Rule> = {}): Buffer => {
  const criteria = { conditions, exceptions: more.exceptions ?? {} };
  return rule(filterName(criteria), { ...more, ...criteria, ...(looksForText(criteria) ? { texts: 'words' } : {}) });
};

const sender = (n: number | string): string => `suite.${encodeURIComponent(n)}@example.org`;
const filterFor = (n: number | string, body?: string, more: Partial<Rule> = {}): Buffer =>
  filter({ from: [{ address: sender(n) }], ...(body ? { subjectOrBodyContains: [body.trim()] } : {}) }, more);

/** What Gmail's filters can say. */
export const filterMaterial: Material = {
  ...settingMaterial,
  plain: filterFor,
  twin: (n) => filterFor(`${n} again`),
  changed: (n) => filterFor(n, undefined, { actions: { flag: true, importance: 'high' } }),
  // One whose criteria have this one's within.
  renamed: (raw) => filterFor(`x.${/suite\.([^@]+)@/.exec(raw.toString('utf8'))?.[1]}.x`),
  large: (n = 0) =>
    filter({
      subjectOrBodyContains: Array.from({ length: 2_000 }, (_, word) => `word ${word}`),
      list: [`${n}.example`],
    }),
  awkward: new Map(
    Object.entries({
      'texts beyond ASCII': filter({ subjectContains: ['Straße & 請求書 🎉'] }),
      'several texts': filter({ subjectContains: ['a b', 'c'], subjectOrBodyContains: ['OR', '-d', '(e)'] }),
      'what looks like another condition': filter({ subjectOrBodyContains: ['from:boss@example.org'] }),
      commands: filter({ subjectOrBodyContains: [COMMANDS.replaceAll('"', '')] }),
      people: filter({
        from: [{ address: 'ann@example.org' }, { address: 'bob+x@example.org' }],
        to: [{ address: 'team@example.org' }],
      }),
      'parts of addresses': filter({ fromContains: ['@news.example', 'Ann Lee'], recipientContains: ['list'] }),
      'size, both ways': filter({ size: { atLeast: 10_240, atMost: 1_048_576 }, hasAttachments: true }),
      'the owner': filter({ addressed: ['to-or-cc'] }),
      'a mailing list': filter({ list: ['dev.lists.example.org'] }),
      'a search of its own': filter({ search: 'is:starred filename:pdf older_than:2d' }),
      exceptions: filter(
        { hasAttachments: true },
        { exceptions: { from: [{ address: 'boss@example.org' }], subjectContains: ['private'] } },
      ),
      'every action': filter(
        { list: ['much.example'] },
        {
          actions: {
            markRead: true,
            flag: true,
            importance: 'high',
            tab: 'updates',
            keepOutOf: ['junk'],
            categories: ['Blue', 'Red'],
          },
        },
      ),
      trash: filter({ list: ['spam.example'] }, { actions: { delete: 'trash' } }),
      archive: filter({ list: ['quiet.example'] }, { actions: { moveTo: { path: ['Archive'], role: 'archive' } } }),
      'all mail': filter({}),
    }),
  ),
};
