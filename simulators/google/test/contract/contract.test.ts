import { expect, test } from 'vitest';
import type { Exchange } from '../../src/index.ts';
import { Contract } from './index.ts';

const { present } = new Contract();

interface Said {
  readonly method?: string;
  readonly body?: unknown;
  readonly status?: number;
  readonly reply?: unknown;
}

function faults(target: string, { method = 'GET', body, status = 200, reply }: Said): string[] {
  const contract = new Contract();
  const bytes = (json: unknown) => Buffer.from(json === undefined ? '' : JSON.stringify(json));
  const exchange: Exchange = {
    request: { method, target, headers: { 'content-type': 'application/json' }, body: bytes(body) },
    reply: { status, headers: {}, body: [bytes(reply)], json: reply },
  };
  contract.observe(exchange);
  return contract.faults.map((fault) => fault.replace(/^.*?: /, ''));
}

const MESSAGES = '/gmail/v1/users/me/messages';
const PROFILE = { emailAddress: 'a@b.example', historyId: '7', messagesTotal: 1 };
const ERROR = { error: { code: 403, message: 'm', errors: [{ domain: 'global', reason: 'r', message: 'm' }] } };

test.skipIf(!present).each<[string, string, Said, string[]]>([
  ['what is right', '/gmail/v1/users/me/profile?fields=historyId', { reply: PROFILE }, []],
  [
    'a number as text',
    '/gmail/v1/users/me/profile',
    { reply: { messagesTotal: '1' } },
    ['reply: messagesTotal: not a number'],
  ],
  [
    'text as a number',
    '/gmail/v1/users/me/profile',
    { reply: { historyId: 7 } },
    ['reply: historyId: number, not a string'],
  ],
  [
    'a number that is too large',
    '/gmail/v1/users/me/profile',
    { reply: { messagesTotal: 2 ** 31 } },
    ['reply: messagesTotal: 2147483648 is no int32'],
  ],
  ['an unknown property', '/gmail/v1/users/me/profile', { reply: { name: 'x' } }, ['reply: name: unknown']],
  ['null', '/gmail/v1/users/me/profile', { reply: { historyId: null } }, ['reply: historyId: null']],
  ['an unknown field', '/gmail/v1/users/me/profile?fields=a,historyId', { reply: {} }, ["fields: no 'a'"]],
  ['a field below', `${MESSAGES}?fields=messages(id,x/y),nextPageToken`, { reply: {} }, ["fields: no 'x'"]],
  ['an unknown parameter', `${MESSAGES}?top=1`, { reply: {} }, ["no parameter 'top'"]],
  ['a parameter of another type', `${MESSAGES}?maxResults=many`, { reply: {} }, ['parameter maxResults: not a number']],
  ['one that may come once', `${MESSAGES}?q=a&q=b`, { reply: {} }, ['parameter q more than once']],
  ['one that may come often', `${MESSAGES}?labelIds=A&labelIds=B`, { reply: {} }, []],
  ['another word', `${MESSAGES}/1?format=eml`, { reply: {} }, ["parameter format: 'eml' isn't one of its words"]],
  [
    'a missing parameter',
    '/calendar/v3/calendars/c/events/e/move',
    { method: 'POST', reply: {} },
    ['parameter destination is missing'],
  ],
  ['a body where none belongs', '/gmail/v1/users/me/profile', { body: {}, reply: {} }, ['it takes no body']],
  [
    'what only the service sets',
    '/v1/people:createContact',
    { method: 'POST', body: { names: [{ displayName: 'x' }] }, reply: {} },
    ['body: names[].displayName: only the service sets it'],
  ],
  ['an answer where none belongs', `${MESSAGES}/1`, { method: 'DELETE', reply: { id: '1' } }, ['it answers nothing']],
  ['a path that is none', '/gmail/v1/users/me/mail', { reply: {} }, ['no such method']],
  ['an error', MESSAGES, { status: 403, reply: ERROR }, []],
  ['an error of somebody else', MESSAGES, { status: 500, reply: { error: 'x' } }, ['reply: not an error of Google']],
])('the contract tells %s', (_, target, said, expected) => {
  expect(faults(target, said).map((fault) => fault.replace(/^reply: (it answers)/, '$1'))).toEqual(expected);
});

test.skipIf(!present)('a path with a verb is not taken for an id', () => {
  expect(faults('/v1/people/c1:deleteContact', { method: 'DELETE', reply: {} })).toEqual([]);
  expect(
    faults('/v1/people/c1:updateContact?updatePersonFields=names', { method: 'PATCH', body: {}, reply: {} }),
  ).toEqual([]);
});
