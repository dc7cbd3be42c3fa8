import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DirectGmail, DOCUMENTED_LIMITS, type Google, startGoogle, VirtualClock } from '../src/index.ts';
import { Contract } from './contract/index.ts';
import { type Client, signIn } from './sign-in.ts';

const ALICE = 'alice@nordwind.example';
const GRAIN = 256 * 1024;
const clock = new VirtualClock();
const contract = new Contract();
let server: Google;
let alice: Client;

beforeAll(async () => {
  server = await startGoogle({ empty: true, clock, observe: contract.observe });
  alice = await signIn(server, ALICE);
});

afterAll(async () => {
  expect(server.failures).toEqual([]);
  expect(contract.faults).toEqual([]);
  await server.stop();
});

const MESSAGES = '/gmail/v1/users/me/messages';

function mail(size: number, id = 'x'): Buffer {
  const head = `From: a@b.example\r\nMessage-ID: <${id}@b.example>\r\nDate: Mon, 5 May 2003 06:07:08 +0000\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), Buffer.alloc(size - head.length, 'x')]);
}

async function begin(size: number | undefined): Promise<string> {
  const headers = {
    'x-upload-content-type': 'message/rfc822',
    ...(size === undefined ? {} : { 'x-upload-content-length': String(size) }),
  };
  const begun = await alice(
    'POST',
    `/resumable/upload${MESSAGES}?uploadType=resumable`,
    { labelIds: ['INBOX'] },
    headers,
  );
  expect(begun.status).toBe(200);
  return begun.headers.get('location') as string;
}

describe('an upload', () => {
  test('of one request brings the file alone, or after its metadata', async () => {
    const simple = await alice('POST', `/upload${MESSAGES}?uploadType=media`, mail(200), {
      'content-type': 'message/rfc822',
    });
    expect(simple.json.labelIds).toBeUndefined();
    const body = Buffer.concat([
      Buffer.from('--b\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n{"labelIds":["STARRED"]}\r\n'),
      Buffer.from('--b\r\nContent-Type: message/rfc822\r\n\r\n'),
      mail(300, 'two'),
      Buffer.from('\r\n--b--'),
    ]);
    const related = { 'content-type': 'multipart/related; boundary=b' };
    const whole = await alice('POST', `/upload${MESSAGES}?uploadType=multipart`, body, related);
    expect(whole.json.labelIds).toEqual(['STARRED']);
    expect(new DirectGmail(server, ALICE).message(whole.json.id)?.mime).toEqual(mail(300, 'two'));
    const torn = await alice('POST', `/upload${MESSAGES}?uploadType=multipart`, body.subarray(0, -8), related);
    expect(torn.status).toBe(400);
  });

  test('in chunks answers 308 with what has come, goes on from there, and ends with the method’s answer', async () => {
    const file = mail(2 * GRAIN + 1000, 'chunks');
    const location = await begin(file.length);
    const put = (from: number, to: number) =>
      alice('PUT', location, file.subarray(from, to), { 'content-range': `bytes ${from}-${to - 1}/${file.length}` });
    const ask = () => alice('PUT', location, undefined, { 'content-range': `bytes */${file.length}` });
    expect((await ask()).headers.get('range')).toBeNull();
    const first = await put(0, GRAIN);
    expect([first.status, first.headers.get('range')]).toEqual([308, `bytes=0-${GRAIN - 1}`]);
    // A gap and a short chunk are refused, what was sent already is passed over.
    expect((await put(2 * GRAIN, 2 * GRAIN + 1000)).status).toBe(400);
    expect((await put(GRAIN, GRAIN + 1000)).status).toBe(400);
    expect((await put(0, 2 * GRAIN)).headers.get('range')).toBe(`bytes=0-${2 * GRAIN - 1}`);
    const last = await put(2 * GRAIN, file.length);
    expect([last.status, last.json.labelIds]).toEqual([200, ['INBOX']]);
    // Who lost the answer asks for it again; nothing is stored twice.
    expect((await ask()).json).toEqual(last.json);
    const stored = new DirectGmail(server, ALICE).messages().filter(({ mime }) => mime.equals(file));
    expect(stored).toHaveLength(1);
  });

  test('of unknown length ends when a chunk says the length', async () => {
    const file = mail(GRAIN + 10, 'unknown');
    const location = await begin(undefined);
    const first = await alice('PUT', location, file.subarray(0, GRAIN), { 'content-range': `bytes 0-${GRAIN - 1}/*` });
    expect(first.status).toBe(308);
    const range = `bytes ${GRAIN}-${file.length - 1}/${file.length}`;
    expect((await alice('POST', location, file.subarray(GRAIN), { 'content-range': range })).status).toBe(200);
  });

  test('that keeps only part of a chunk says so', async () => {
    const file = mail(2 * GRAIN, 'part');
    const location = await begin(file.length);
    server.faults.chunkKeepsAtMost = GRAIN + 5;
    const sent = await alice('PUT', location, file, { 'content-range': `bytes 0-${file.length - 1}/${file.length}` });
    server.faults.chunkKeepsAtMost = undefined;
    expect([sent.status, sent.headers.get('range')]).toEqual([308, `bytes=0-${GRAIN - 1}`]);
  });

  test('ends after a week, when it is cancelled, and when it was never begun', async () => {
    const old = await begin(10);
    clock.advance(8 * 86_400_000);
    alice = await signIn(server, ALICE);
    expect((await alice('PUT', old, 'x')).status).toBe(404);
    const cancelled = await begin(10);
    expect((await alice('DELETE', cancelled)).status).toBe(499);
    expect((await alice('PUT', cancelled, 'x')).status).toBe(404);
    expect((await alice('PUT', `/upload${MESSAGES}?upload_id=none`, 'x')).status).toBe(404);
  });

  test('over the limit is refused before it begins', async () => {
    const headers = { 'x-upload-content-type': 'message/rfc822', 'x-upload-content-length': '157286401' };
    const refused = await alice('POST', `/resumable/upload${MESSAGES}?uploadType=resumable`, undefined, headers);
    expect(refused.status).toBe(413);
  });
});

describe('a batch', () => {
  const part = (id: string, request: string) =>
    `--b\r\nContent-Type: application/http\r\nContent-ID: <${id}>\r\n\r\n${request}\r\n`;
  const send = (parts: string[], path = '/batch/gmail/v1') =>
    alice('POST', path, `${parts.join('')}--b--`, { 'content-type': 'multipart/mixed; boundary=b' });

  test('answers each call on its own, failures among them', async () => {
    const body = JSON.stringify({ name: 'From a batch' });
    const reply = await send([
      part('one', 'GET /gmail/v1/users/me/profile?fields=emailAddress HTTP/1.1\r\n'),
      part('two', 'GET /gmail/v1/users/me/labels/none\r\n'),
      part(
        'three',
        `POST /gmail/v1/users/me/labels\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      ),
    ]);
    expect(reply.status).toBe(200);
    const text = reply.bytes.toString();
    expect(
      [...text.matchAll(/Content-ID: <(.*)>\r\n\r\nHTTP\/1\.1 (\d+)/g)].map(([, id, status]) => [id, status]),
    ).toEqual([
      ['response-one', '200'],
      ['response-two', '404'],
      ['response-three', '200'],
    ]);
    expect(new DirectGmail(server, ALICE).labels()).toContain('From a batch');
  });

  test('holds calls of its own API, at most a hundred, and no uploads', async () => {
    const get = part('x', 'GET /gmail/v1/users/me/profile\r\n');
    expect((await send([get], '/batch/drive/v3')).status).toBe(404);
    expect((await send([part('x', `POST /upload${MESSAGES}?uploadType=media\r\n`)])).status).toBe(404);
    expect((await send(Array(101).fill(get))).status).toBe(400);
    expect((await send(Array(100).fill(get), '/batch')).status).toBe(200);
  });
});

describe('a request', () => {
  test('with a parameter that the method does not know is refused, not misread', async () => {
    const { status, json } = await alice('GET', '/gmail/v1/users/me/profile?select=id');
    expect([status, json.error.message]).toEqual([400, expect.stringContaining('"select"')]);
  });

  test('is refused in the form of its API', async () => {
    const errors = async (path: string) => (await alice('GET', path)).json.error;
    expect(await errors('/gmail/v1/users/me/none')).toMatchObject({
      status: 'NOT_FOUND',
      errors: [{ reason: 'notFound' }],
    });
    expect(await errors('/admin/directory/v1/users/none')).toEqual({
      code: 404,
      message: 'Resource Not Found: userKey',
      errors: [{ message: 'Resource Not Found: userKey', domain: 'global', reason: 'notFound' }],
    });
    const people = await errors('/v1/people/none/none');
    expect([people.errors, people.status]).toEqual([undefined, 'NOT_FOUND']);
  });

  test('gets pretty JSON unless it asks for less', async () => {
    expect((await alice('GET', '/gmail/v1/users/me/profile')).bytes.toString()).toContain('{\n  "');
    expect((await alice('GET', '/gmail/v1/users/me/profile?prettyPrint=false')).bytes.toString()).not.toContain('\n');
  });

  test('goes wrong on demand: answered in Google’s words, lost after its effect, cut, or without a token', async () => {
    const label = () => alice('POST', '/gmail/v1/users/me/labels', { name: 'Twice?' });
    server.faults.inject({ fault: { kind: 'answer', status: 403 } });
    const refused = await label();
    expect(refused.json.error.errors).toEqual([
      { message: 'User Rate Limit Exceeded', domain: 'usageLimits', reason: 'userRateLimitExceeded' },
    ]);
    expect(refused.headers.get('retry-after')).toBeNull();
    server.faults.inject({ fault: { kind: 'lost-acknowledgement' } });
    await expect(label()).rejects.toThrow();
    expect((await label()).status).toBe(409);
    server.faults.inject({ fault: { kind: 'reset-mid-body', afterBytes: 5 } });
    await expect(alice('GET', '/gmail/v1/users/me/labels')).rejects.toThrow();
    server.faults.inject({ fault: { kind: 'expire-tokens' } });
    expect((await alice('GET', '/gmail/v1/users/me/labels')).status).toBe(401);
    alice = await signIn(server, ALICE);
  });
});

describe('quotas', () => {
  test('count units per user and minute, then per project, and free themselves', async () => {
    const limits = { ...DOCUMENTED_LIMITS, gmail: { perMinute: 250, perUserMinute: 100 } };
    const limited = await startGoogle({ empty: true, clock, limits, observe: contract.observe });
    const [one, other, third] = await Promise.all(
      ['alice', 'bjorn', 'chloe'].map((name) => signIn(limited, `${name}@nordwind.example`)),
    );
    // messages.get costs 20, whatever it answers.
    const get = async (client: Client | undefined) => {
      if (client === undefined) throw new Error('no client');
      const { status, json, headers } = await client('GET', `${MESSAGES}/18c0000000000000`);
      return [status, json.error.errors[0].reason, headers.get('retry-after')];
    };
    for (let i = 0; i < 5; i++) expect((await get(one))[0]).toBe(404);
    expect(await get(one)).toEqual([403, 'userRateLimitExceeded', null]);
    for (let i = 0; i < 5; i++) expect((await get(other))[0]).toBe(404);
    for (let i = 0; i < 2; i++) expect((await get(third))[0]).toBe(404);
    expect(await get(third)).toEqual([403, 'rateLimitExceeded', null]);
    clock.advance(60_001);
    expect((await get(one))[0]).toBe(404);
    await limited.stop();
  });

  test('are refused with 429 where that is assumed', async () => {
    const limits = { ...DOCUMENTED_LIMITS, gmail: { perMinute: 250, perUserMinute: 1 } };
    const limited = await startGoogle({ empty: true, clock, limits, assumptions: { overQuotaStatus: 429 } });
    const client = await signIn(limited, ALICE);
    await client('GET', '/gmail/v1/users/me/profile');
    expect((await client('GET', '/gmail/v1/users/me/profile')).json.error).toMatchObject({
      code: 429,
      status: 'RESOURCE_EXHAUSTED',
    });
    await limited.stop();
  });

  test('of a day: requests, and bytes up', async () => {
    const limits = {
      ...DOCUMENTED_LIMITS,
      gmail: { perMinute: 1e6, perUserMinute: 1e6, uploadPerUserDay: 1000 },
      directory: { perMinute: 1e6, perUserMinute: 1e6, perDay: 2 },
    };
    const limited = await startGoogle({ empty: true, clock, limits, observe: contract.observe });
    const client = await signIn(limited, ALICE);
    const list = () => client('GET', '/admin/directory/v1/groups?customer=my_customer');
    expect([(await list()).status, (await list()).status]).toEqual([200, 200]);
    expect((await list()).json.error.errors).toMatchObject([{ domain: 'usageLimits', reason: 'dailyLimitExceeded' }]);
    const upload = (size: number) =>
      client('POST', `/upload${MESSAGES}?uploadType=media`, mail(size), { 'content-type': 'message/rfc822' });
    expect((await upload(900)).status).toBe(200);
    expect((await upload(200)).json.error.errors[0].reason).toBe('userRateLimitExceeded');
    clock.advance(86_400_001);
    const nextDay = await signIn(limited, ALICE);
    expect((await nextDay('GET', '/admin/directory/v1/groups?customer=my_customer')).status).toBe(200);
    await limited.stop();
  });

  test('count towards whom quotaUser names', async () => {
    const limits = { ...DOCUMENTED_LIMITS, gmail: { perMinute: 250, perUserMinute: 20 } };
    const limited = await startGoogle({ empty: true, clock, limits });
    const client = await signIn(limited, ALICE);
    const get = async (user: string) => (await client('GET', `${MESSAGES}/18c0000000000000?quotaUser=${user}`)).status;
    expect([await get('a'), await get('a'), await get('b')]).toEqual([404, 403, 404]);
    await limited.stop();
  });

  test('refuse too many requests at once, where that is set', async () => {
    const limits = { ...DOCUMENTED_LIMITS, gmail: { ...DOCUMENTED_LIMITS.gmail, concurrentPerUser: 2 } };
    const limited = await startGoogle({ empty: true, clock, limits, latencyMs: 10 });
    const client = await signIn(limited, ALICE);
    const ask = () => client('GET', '/gmail/v1/users/me/profile');
    const settled = Promise.all([ask(), ask(), ask()]);
    // The third is refused at once; the others wait for the clock.
    while (limited.requests.length < 2 || clock.nextWake === undefined) await new Promise(setImmediate);
    clock.advance(10);
    const answers = await settled;
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 429]);
    expect(answers.find(({ status }) => status === 429)?.json.error.message).toContain('concurrent');
    expect((await Promise.all([ask(), clockMoves(limited)]))[0].status).toBe(200);
    await limited.stop();
  });
});

/** Moves the clock until the request that came last is answered. */
async function clockMoves(limited: Google): Promise<void> {
  const before = limited.requests.length;
  while (limited.requests.length === before) {
    clock.advanceToNextWake();
    await new Promise(setImmediate);
  }
}
