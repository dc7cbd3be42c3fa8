import { readMember, readPost, writeListItem, writeMember, writePage, writePost } from '@sterna/content';
import type { Material } from './material.ts';
import { COMMANDS } from './messages.ts';

/**
 * What sites, groups and teams hold. `n` may be any text, and names one object each time: a moment, an address and a file
 * name are made out of it.
 */
const numberOf = (n: number | string): number =>
  typeof n === 'number' ? n : [...n].reduce((sum, char) => (sum * 31 + (char.codePointAt(0) ?? 0)) % 1_000_000, 7);
const momentOf = (n: number | string): string =>
  new Date(Date.UTC(2024, 0, 8, 9) + numberOf(n) * 60_000 + (typeof n === 'number' ? 0 : 125)).toISOString();
const EMPTY = { folderNames: [], hostileNames: [], streams: false } as const;

/**
 * Of a channel, a space or a conversation; no two have one moment.
 *
 * @param address who says it all: somebody of the system under test
 */
export function postMaterial(address: string): Material {
  const by = { address };
  const post = (n: number | string, html: string, more: object = {}): Buffer =>
    writePost({ type: 'post', at: momentOf(n), by, html, ...more });
  return {
    kind: 'post',
    home: ['Suite'],
    plain: (n, body = '') => post(n, `<p>Post ${n} ${body}</p>`),
    twin: (n) => post(`${n} again`, `<p>Post ${n} </p>`),
    nearKey: (raw) => {
      const one = readPost(raw);
      return writePost({ ...one, at: new Date(Date.parse(one.at) + 1).toISOString() });
    },
    changed: (n) => post(n, `<p>Post ${n}, as it was said later</p>`),
    large: (n = 0) => post(`large ${n}`, `<p>${'word '.repeat(4_000)}${n}</p>`),
    awkward: new Map(
      Object.entries({
        'beyond ASCII': post('u', '<p>Grüße 請求書 🎉 &amp; &lt;b&gt;</p>'),
        commands: post('c', `<p>${COMMANDS.replaceAll('<', '&lt;')}</p>`),
        'a subject that matters': post('s', '<p>Read this</p>', { subject: 'Important', importance: 'high' }),
        'a moment before 1970': writePost({ type: 'post', at: '1969-07-20T20:17:40.000Z', by, html: '<p>!</p>' }),
      }),
    ),
    ...EMPTY,
  };
}

const page = (n: number | string, html: string, more: object = {}): Buffer =>
  writePage({
    type: 'page',
    name: `Suite-${encodeURIComponent(n).replaceAll('%', '-')}.aspx`,
    title: `Suite ${n}`,
    layout: 'article',
    isPublished: true,
    sections: [{ layout: 'oneColumn', columns: [{ width: 12, webParts: [{ kind: 'text', html }] }] }],
    ...more,
  });

export const pageMaterial: Material = {
  kind: 'page',
  home: ['Pages'],
  plain: (n, body = '') => page(n, `<p>Page ${n} ${body}</p>`),
  twin: (n) => page(`${n} again`, `<p>Page ${n} </p>`),
  changed: (n) => page(n, `<p>Page ${n}, edited</p>`, { title: `Suite ${n}, edited` }),
  large: (n = 0) => page(`large ${n}`, `<p>${'word '.repeat(4_000)}</p>`),
  awkward: new Map(
    Object.entries({
      'beyond ASCII': page('u', '<p>Grüße 請求書 🎉</p>', { title: 'Grüße 請求書 🎉' }),
      'a draft': page('draft', '<p>Not yet</p>', { isPublished: false }),
      'two columns and none': page('columns', '', {
        sections: [
          {
            layout: 'twoColumns',
            emphasis: 'neutral',
            columns: [
              { width: 6, webParts: [{ kind: 'text', html: '<p>left</p>' }] },
              { width: 6, webParts: [] },
            ],
          },
        ],
      }),
    }),
  ),
  ...EMPTY,
};

const item = (title: string, fields: object = {}): Buffer =>
  writeListItem({ type: 'list-item', fields: { Title: title, ...fields } });

/** Items of a list that has a title alone, so that every list can hold them. */
export const listItemMaterial: Material = {
  kind: 'listItem',
  home: ['Suite'],
  plain: (n, body = '') => item(`Item ${n} ${body}`.trim()),
  twin: (n) => item(`Item ${n}`),
  large: () => item(`Large ${'x'.repeat(200)}`),
  awkward: new Map(
    Object.entries({
      'beyond ASCII': item('Grüße 請求書 🎉'),
      'markup, and quotes': item('<b>"quoted"</b> & \'more\''),
    }),
  ),
  ...EMPTY,
};

const member = (n: number | string, role: 'owner' | 'member' = 'member'): Buffer =>
  writeMember({
    type: 'member',
    who: { address: `member.${encodeURIComponent(n).replaceAll('%', '-').toLowerCase()}@contoso.example` },
    role,
  });

export const memberMaterial: Material = {
  kind: 'member',
  home: ['Members'],
  plain: (n, body = '') => member(`${n}${body}`),
  twin: (n) => member(`${n}-again`),
  nearKey: (raw) => {
    const one = readMember(raw);
    return writeMember({ ...one, who: { address: `x.${one.who.address}` } });
  },
  changed: (n) => member(n, 'owner'),
  large: (n = 0) => member(`${'a'.repeat(40)}${n}`),
  awkward: new Map(Object.entries({ owner: member('chief', 'owner') })),
  ...EMPTY,
};
