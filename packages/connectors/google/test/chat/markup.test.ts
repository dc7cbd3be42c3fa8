import { textOfHtml } from '@sterna/content';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { framed, unframed } from '../../src/chat/frame.ts';
import { fromMarkup, withoutOurs } from '../../src/chat/from-markup.ts';
import { toMarkup } from '../../src/chat/to-markup.ts';

const seen = (html: string): string => textOfHtml(html).replaceAll(/\s+/g, ' ').trim();
const plain = (markup: string): string => markup.replaceAll(/[\u2060\u2063]/g, '');
const nobody = (): undefined => undefined;

describe('HTML in the markup of Chat', () => {
  test.each([
    ['<p>one</p><p>two</p>', 'one\ntwo'],
    ['<div><p>one</p>\n<p>&nbsp;</p><div>two</div></div>', 'one\n\ntwo'],
    ['one<br>two<br/><br>three', 'one\ntwo\n\nthree'],
    ['<p>a <b>bold </b>and <i>slanted</i>, <s>gone</s></p>', 'a *bold* and _slanted_, ~gone~'],
    ['<ul><li>one</li><li>two</li></ul><ol><li>first</li></ol>', '* one\n* two\n1. first'],
    ['<a href="https://example.com/?a=1&amp;b=2">here</a>', '<https://example.com/?a=1&b=2|here>'],
    ['<a href="https://example.com">https://example.com</a>', 'https://example.com'],
    ['<a href="javascript:alert(1)">here</a>', 'here'],
    ['<pre>if (a)\n  b();</pre>', '```if (a)\n  b();```'],
    ['<p>run <code>a_b_c</code></p>', 'run `a_b_c`'],
    ['<h2>Title</h2>text', '*Title*\ntext'],
    ['<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>', 'a\tb\nc'],
    ['<style>p{}</style><p title="a">x<!-- y --></p>', 'x'],
    ['<emoji id="smile" alt="😄" title="Smile"></emoji> yes', '😄 yes'],
    ['2 * 3 * 4, snake_case, &lt;b&gt;', '2 * 3 * 4, snake_case, <b>'],
  ])('%s', (html, markup) => {
    expect(plain(toMarkup(html, nobody))).toBe(markup);
    expect(seen(withoutOurs(fromMarkup(toMarkup(html, nobody), () => '')))).toBe(seen(html));
  });

  test('a mention is of whom the target has, or text', () => {
    const html = '<p><at id="0">Bjorn</at> and <at id="1">Guest</at></p>';
    const markup = toMarkup(html, (id) => (id === 0 ? '<users/12>' : undefined));
    expect(markup).toBe('<users/12> and Guest');
    expect(fromMarkup(markup, () => '<at id="0">Bjorn</at>')).toBe('<p><at id="0">Bjorn</at> and Guest</p>');
  });

  test('says the same when it is read back, whatever it is made of', () => {
    const awkward = fc.stringMatching(/^[a-c*_~`<>|&#1.\-\u2060\u2063 ]{1,8}$/);
    const word = awkward.map((text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'));
    const wrapped = (tags: readonly string[], inner: fc.Arbitrary<string>): fc.Arbitrary<string> =>
      fc.tuple(fc.constantFrom(...tags), inner).map(([tag, html]) => `<${tag}>${html}</${tag}>`);
    const several = (one: fc.Arbitrary<string>): fc.Arbitrary<string> =>
      fc.array(one, { minLength: 1, maxLength: 4 }).map((all) => all.join(''));
    const link = fc.constant('<a href="https://example.com/x?y=1&amp;z=2">a page</a>');
    const inner = fc.oneof(
      word,
      wrapped(['b', 'i', 's'], word),
      link,
      fc.constantFrom('<br>', '<emoji alt="😄"></emoji>'),
    );
    const inline = several(fc.oneof(inner, wrapped(['b', 'i', 's', 'span', 'code'], several(fc.oneof(word, link)))));
    const item = wrapped(
      ['li'],
      inline.map((html) => `a ${html}`),
    );
    const block = fc.oneof(
      wrapped(['p', 'div', 'h1', 'blockquote'], inline),
      wrapped(['ul', 'ol'], several(item)),
      wrapped(['pre'], word),
      fc.constant('<hr>'),
    );
    const document = several(fc.oneof(block, inline));
    fc.assert(
      fc.property(document, (html) => {
        const bare = html.replaceAll(/[\u2060\u2063]/g, '');
        const back = withoutOurs(fromMarkup(toMarkup(html, nobody), () => ''));
        expect(seen(back).replaceAll(' ', '')).toBe(seen(bare).replaceAll(' ', ''));
      }),
      { numRuns: 1_000 },
    );
  });
});

test('what stands around a text is taken off again', () => {
  for (const frame of [
    { by: { address: 'a@b.example', name: 'A (the) B' }, subject: 'On *this*', importance: 'urgent' as const },
    { by: { app: 'Builder' } },
    { importance: 'high' as const },
    { subject: 'S' },
    {},
  ])
    for (const links of [
      [],
      [
        { name: 'Budget', url: 'https://example.com/b' },
        { name: 'C', url: 'https://example.com/c' },
      ],
    ])
      for (const text of ['', 'Hello\n*there*'])
        expect(unframed(framed(text, { ...frame, links }))).toEqual({ ...frame, links, text });
});
