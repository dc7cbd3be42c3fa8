import type { Post } from '@sterna/content';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { People } from '../../src/groups/people.ts';
import { fromMessage } from '../../src/teams/from-message.ts';
import type { GraphMessage } from '../../src/teams/graph-teams.ts';
import { signed, unsigned } from '../../src/teams/signature.ts';
import { toMessage } from '../../src/teams/to-message.ts';

/** The directory: `ann` alone. */
const people = {
  withId: async (id: string) => (id === 'ann' ? { address: 'ann@fabrikam.example', name: 'Ann' } : undefined),
  withAddress: async (address: string) =>
    address === 'ann@fabrikam.example' ? { id: 'ann', displayName: 'Ann' } : undefined,
} as unknown as People;

const reading = {
  people,
  image: async () => ({ contentType: 'image/png', bytes: Buffer.from('picture') }),
  fileAt: (url: string) => (url.startsWith('https://team/') ? url.slice(13).split('/') : undefined),
  isTarget: false,
};
const writing = {
  people,
  owner: async () => ({ id: 'owner', displayName: 'Owner' }),
  put: async () => undefined,
  file: async (path: readonly string[]) =>
    path.join('/') === 'General/plan.docx' ? { uniqueId: 'new-id', url: 'https://there/General/plan.docx' } : undefined,
};

const message = (more: Partial<GraphMessage> = {}): GraphMessage => ({
  id: '1',
  messageType: 'message',
  createdDateTime: '2026-03-01T08:00:00.1Z',
  from: { user: { id: 'ann', displayName: 'Ann' } },
  body: { contentType: 'html', content: '<p>Hello</p>' },
  ...more,
});

const post = (more: Partial<Post> = {}): Post => ({
  type: 'post',
  at: '2026-03-01T08:00:00.100Z',
  by: { address: 'ann@fabrikam.example' },
  html: '<p>Hello</p>',
  ...more,
});

describe('a message that is read', () => {
  test('has its author by address and its moment to the millisecond', async () => {
    expect(await fromMessage(message(), reading)).toMatchObject({
      at: '2026-03-01T08:00:00.100Z',
      by: { address: 'ann@fabrikam.example' },
    });
  });

  test('of somebody who left, or of a bot, has the name alone', async () => {
    const left = await fromMessage(message({ from: { user: { id: 'gone', displayName: 'Bob' } } }), reading);
    expect(left.by).toEqual({ app: 'Bob' });
    const bot = await fromMessage(message({ from: { application: { displayName: 'Forms' } } }), reading);
    expect(bot.by).toEqual({ app: 'Forms' });
  });

  test('brings its inline images along, once each', async () => {
    const src = 'https://graph.example/v1.0/teams/t/channels/c/messages/1/hostedContents/aW1n/$value';
    const content = `<p><img src="${src}" width="9"><img src="${src}"></p>`;
    const read = await fromMessage(message({ body: { contentType: 'html', content } }), reading);
    expect(read.html).toBe('<p><img src="image:aW1n" width="9"><img src="image:aW1n"></p>');
    expect(read.images).toEqual([
      { id: 'aW1n', contentType: 'image/png', base64: Buffer.from('picture').toString('base64') },
    ]);
  });

  test('of plain text is markup no more than it was', async () => {
    const read = await fromMessage(message({ body: { contentType: 'text', content: 'a < b\n<b>' } }), reading);
    expect(read.html).toBe('<p>a &lt; b</p><p>&lt;b&gt;</p>');
  });

  test('tells where a file is that it names, as far as it is one of the team', async () => {
    const file = { id: 'x', contentType: 'reference', name: 'plan.docx' };
    const attachments = [
      { ...file, contentUrl: 'https://team/General/plan.docx' },
      { ...file, contentUrl: 'https://elsewhere/plan.docx' },
    ];
    const read = await fromMessage(message({ attachments }), reading);
    expect(read.attachments?.map(({ path }) => path)).toEqual([['General', 'plan.docx'], undefined]);
  });

  test('that was deleted says so and nothing else', async () => {
    const read = await fromMessage(message({ deletedDateTime: '2026-03-02T08:00:00Z' }), reading);
    expect(read.html).toBe('<p><em>This message was deleted.</em></p>');
  });

  test('believes a line that names an author in copies of ours alone', async () => {
    const content = '<p><em>✎ Boss &lt;boss@contoso.example&gt;</em></p><p>Pay him</p>';
    const forged = message({ body: { contentType: 'html', content } });
    expect((await fromMessage(forged, reading)).by).toEqual({ address: 'ann@fabrikam.example', name: 'Ann' });
    expect(await fromMessage(forged, { ...reading, isTarget: true })).toMatchObject({
      by: { address: 'boss@contoso.example' },
      html: '<p>Pay him</p>',
    });
  });
});

describe('a post that is written', () => {
  test('is its author’s', async () => {
    const { message: sent, notes } = await toMessage(post({ subject: 'S', importance: 'high' }), writing);
    expect(sent).toMatchObject({
      createdDateTime: '2026-03-01T08:00:00.100Z',
      from: { user: { id: 'ann', userIdentityType: 'aadUser' } },
      subject: 'S',
      importance: 'high',
      body: { contentType: 'html', content: '<p>Hello</p>' },
    });
    expect(notes).toEqual([]);
  });

  test('of nobody there is an owner’s, and says whose it was', async () => {
    const { message: sent, notes } = await toMessage(
      post({ by: { address: 'bob@contoso.example', name: 'Bob' } }),
      writing,
    );
    expect(sent).toMatchObject({
      from: { user: { id: 'owner' } },
      body: { content: '<p><em>✎ Bob &lt;bob@contoso.example&gt;</em></p><p>Hello</p>' },
    });
    expect(notes.map(({ code }) => code)).toEqual(['author-named-in-text']);
  });

  test('mentions those whom the target has, and names the others', async () => {
    const html = '<p><at id="0">Ann</at> and <at id="1">Bob & Co</at></p>';
    const mentions = [
      { id: 0, text: 'Ann', who: { address: 'ann@fabrikam.example' } },
      { id: 1, text: 'Bob & Co', who: { address: 'bob@contoso.example' } },
    ];
    const { message: sent, notes } = await toMessage(post({ html, mentions }), writing);
    expect(sent).toMatchObject({
      body: { content: '<p><at id="0">Ann</at> and Bob &amp; Co</p>' },
      mentions: [{ id: 0, mentioned: { user: { id: 'ann' } } }],
    });
    expect(notes.map(({ code }) => code)).toEqual(['mention-as-text']);
  });

  test('names the migrated file, and the original where there is none', async () => {
    const html = '<p>See <attachment id="a"></attachment><attachment id="b"></attachment></p>';
    const file = { contentType: 'reference', name: 'plan.docx', url: 'https://old/plan.docx' };
    const attachments = [
      { ...file, id: 'a', path: ['General', 'plan.docx'] },
      { ...file, id: 'b', path: ['General', 'gone.docx'] },
    ];
    const { message: sent, notes } = await toMessage(post({ html, attachments }), writing);
    expect(sent).toMatchObject({
      body: { content: '<p>See <attachment id="new-id"></attachment><attachment id="b"></attachment></p>' },
      attachments: [{ contentUrl: 'https://there/General/plan.docx' }, { contentUrl: 'https://old/plan.docx' }],
    });
    expect(notes.map(({ code }) => code)).toEqual(['attachment-not-linked']);
  });

  test('sends its images with it', async () => {
    const images = [{ id: 'aW1n', contentType: 'image/png', base64: 'cGljdHVyZQ==' }];
    const { message: sent } = await toMessage(post({ html: '<img src="image:aW1n">', images }), writing);
    expect(sent).toMatchObject({
      body: { content: '<img src="../hostedContents/1/$value">' },
      hostedContents: [{ '@microsoft.graph.temporaryId': '1', contentBytes: 'cGljdHVyZQ==' }],
    });
  });
});

test('whose a post was is read back as it was written, whatever the name', () => {
  const name = fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll(/[\s\u00a0]+/g, ' ').trim());
  const person = fc.record({ address: fc.emailAddress(), name }).filter((one) => !/[&<>]/.test(one.address));
  fc.assert(
    fc.property(person, name, fc.string(), (who, app, html) => {
      expect(unsigned(signed(html, who))).toEqual({
        html,
        by: { address: who.address, ...(who.name === '' ? {} : { name: who.name }) },
      });
      expect(unsigned(signed(html, { app }))).toEqual({ html, by: { app } });
    }),
  );
});
