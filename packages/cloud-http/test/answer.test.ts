import { expect, test } from 'vitest';
import { idOf } from '../src/answer.ts';

const of = (text: string): unknown => idOf(Buffer.from(text));

test('an id that stands first is all that is looked at', () => {
  const head = String.raw`{"@odata.context":"https://x/$metadata#users('a')/messages/$entity","@odata.etag":"W/\"CQA\"","id":"AAMk-_1="`;
  expect(of(`${head},"subject":"Zürich","body":{"id":"no","content":"…`)).toEqual({ id: 'AAMk-_1=' });
});

test('any other answer is read whole', () => {
  expect(of('{"subject":"\\"id\\":\\"no\\"","id":"a b"}')).toEqual({ subject: '"id":"no"', id: 'a b' });
  expect(of('{"body":{"id":"inner"},"id":"outer"}')).toEqual({ body: { id: 'inner' }, id: 'outer' });
  expect(of('{"@odata.context":"x","id":7}')).toEqual({ '@odata.context': 'x', id: 7 });
  expect(of('{"id":"\\u0041"}')).toEqual({ id: 'A' });
  expect(of('{"id":null}')).toEqual({ id: null });
  expect([of(''), of('<html>"id":"x"'), of('{"@a":"')]).toEqual([undefined, undefined, undefined]);
});
