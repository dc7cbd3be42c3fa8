import { mappingLookup, type SternaError } from '@sterna/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type ListItem,
  type Member,
  type ObjectLink,
  type Page,
  type Post,
  pivotOf,
  readListItem,
  readMember,
  readPost,
  writeListItem,
  writeMember,
  writePage,
  writePost,
} from '../src/index.ts';

const mapping = mappingLookup([
  { kind: 'user', source: 'ann@old.example', target: 'ann@new.example' },
  { kind: 'user', source: 'bob@old.example', target: 'robert@new.example' },
]);

const post = (more: Partial<Post> = {}): Post => ({
  type: 'post',
  at: '2026-03-01T08:00:00.125Z',
  by: { address: 'ann@old.example', name: 'Ann' },
  html: '<p>Hello <b>all</b></p>',
  ...more,
});

const item = (fields: ListItem['fields']): ListItem => ({ type: 'list-item', fields });

const thrownBy = (call: () => unknown): SternaError => {
  try {
    call();
  } catch (error) {
    return error as SternaError;
  }
  throw new Error('nothing was thrown');
};

describe('posts', () => {
  const pivot = pivotOf('post');

  test('an answer names its post, and gets that one’s id in the target', () => {
    const body = writePost(post({ replyTo: '17' }));
    expect(pivot.links?.(body)).toEqual([{ kind: 'post', id: '17', isBeside: true }]);
    const targetOf = ({ kind, id }: ObjectLink) => (kind === 'post' && id === '17' ? '99' : undefined);
    const prepared = pivot.prepare?.(body, { mapping, targetOf });
    expect(readPost(prepared?.body as Buffer)).toMatchObject({
      replyTo: '99',
      by: { address: 'ann@new.example' },
    });
  });

  test('an answer whose post isn’t in the target waits', () => {
    const body = writePost(post({ replyTo: '17' }));
    const error = thrownBy(() => pivot.prepare?.(body, { mapping, targetOf: () => undefined }));
    expect(error).toMatchObject({ class: 'object', code: 'waits-for-object' });
    expect(error.fix).toMatch(/delta pass/);
  });

  test('everybody whom a post names is who they are at the target', () => {
    const body = writePost(
      post({
        mentions: [
          { id: 0, text: 'Bob', who: { address: 'Bob@Old.example' } },
          { id: 1, text: 'General' },
        ],
        reactions: [{ reaction: '👍', by: { address: 'bob@old.example' } }],
      }),
    );
    const prepared = readPost(pivot.prepare?.(body, { mapping })?.body as Buffer);
    expect(prepared.mentions?.map(({ who }) => who?.address)).toEqual(['robert@new.example', undefined]);
    expect(prepared.reactions?.[0]?.by.address).toBe('robert@new.example');
  });

  test('where its millisecond is taken it gets another, and stays a different object from the one that has it', () => {
    const body = writePost(post());
    const next = pivot.renamed?.(body, 3) as Buffer;
    expect(readPost(next).at).toBe('2026-03-01T08:00:00.128Z');
    expect(pivot.matchKey(next).equals(pivot.matchKey(body))).toBe(false);
    expect(pivot.keyIsSlot).toBe(true);
  });

  test('what a server makes of its HTML is the same post, another word is not', () => {
    const digest = (html: string) => pivot.digest(writePost(post({ html }))).toString('hex');
    expect(digest('<div><p>Hello&nbsp;<strong>all</strong></p></div>')).toBe(digest('<p>Hello <b>all</b></p>'));
    expect(digest('<p>Hello <b>you</b></p>')).not.toBe(digest('<p>Hello <b>all</b></p>'));
  });
});

describe('list items', () => {
  const pivot = pivotOf('listItem');

  test('a lookup names the item of the other list, in the order in which it has them', () => {
    const body = writeListItem(item({ Title: 'Order', Parts: { items: [{ id: 'b' }, { id: 'a', text: 'Bolt' }] } }));
    expect(pivot.links?.(body)?.map(({ id }) => id)).toEqual(['b', 'a']);
    const prepared = pivot.prepare?.(body, { mapping, targetOf: ({ id }) => `new-${id}` });
    expect(readListItem(prepared?.body as Buffer).fields.Parts).toEqual({
      items: [{ id: 'new-b' }, { id: 'new-a', text: 'Bolt' }],
    });
  });

  test('a lookup to what isn’t in the target waits, by the name that people know', () => {
    const body = writeListItem(item({ Parts: { items: [{ id: 'a', text: 'Bolt' }] } }));
    expect(thrownBy(() => pivot.prepare?.(body, { mapping, targetOf: () => undefined })).message).toMatch(/Bolt/);
  });

  test('people in fields are mapped; two items that say the same stay two', () => {
    const body = writeListItem(item({ Title: 'A', Who: { people: [{ address: 'ann@old.example' }] } }));
    expect(readListItem(pivot.prepare?.(body, { mapping })?.body as Buffer).fields.Who).toEqual({
      people: [{ address: 'ann@new.example' }],
    });
    expect(pivot.hasNaturalKey).toBe(false);
  });

  test('every value that a field can have comes back from its text', () => {
    const value = fc.oneof(
      fc.string(),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => n + 0),
      fc.boolean(),
      fc.array(fc.string(), { minLength: 1 }),
      fc.record({ people: fc.array(fc.record({ address: fc.emailAddress() }), { minLength: 1 }) }),
      fc.record({ url: fc.webUrl(), text: fc.string() }),
    );
    fc.assert(
      fc.property(fc.dictionary(fc.stringMatching(/^[A-Za-z][A-Za-z0-9_]{0,20}$/), value), (fields) => {
        const body = writeListItem(item(fields));
        expect(readListItem(body).fields).toEqual({ ...fields });
        expect(pivot.digest(writeListItem(readListItem(body)))).toEqual(pivot.digest(body));
      }),
    );
  });
});

describe('members and pages', () => {
  const member = (more: Partial<Member>): Buffer =>
    writeMember({ type: 'member', who: { address: 'bob@old.example' }, role: 'member', ...more });

  test('a membership is who it is of: another role is another version of it', () => {
    const pivot = pivotOf('member');
    const owner = member({ role: 'owner' });
    expect(pivot.matchKey(owner)).toEqual(pivot.matchKey(member({})));
    expect(pivot.differences?.(owner, member({}))).toEqual(['role']);
    expect(readMember(pivot.prepare?.(owner, { mapping })?.body as Buffer).who.address).toBe('robert@new.example');
  });

  test('a page that gets another name keeps its extension', () => {
    const page: Page = {
      type: 'page',
      name: 'Home.aspx',
      title: 'Home',
      layout: 'article',
      isPublished: true,
      sections: [],
    };
    expect(pivotOf('page').renamed?.(writePage(page), 2).toString()).toMatch(/"Home_2\.aspx"/);
  });

  test.each([
    ['{', 'it is no JSON'],
    ['[]', 'it is no object'],
    ['{"type":"page"}', 'its type is another one'],
    ['{"type":"member","role":"owner"}', 'its who is missing'],
  ])('%s is told to be no membership', (text, why) => {
    const error = thrownBy(() => pivotOf('member').digest(Buffer.from(text)));
    expect(error).toMatchObject({ class: 'object', code: 'invalid-member' });
    expect(error.message).toContain(why);
  });
});
