import { type Rule, writeSetting } from '@sterna/content';
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
