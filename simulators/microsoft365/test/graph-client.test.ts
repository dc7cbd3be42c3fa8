/**
 * The vendor's own client drives the simulator, unmodified. Over plain http it would send no token (it signs requests
 * to https hosts only), so the middleware that signs and sends is ours.
 */
import {
  BatchRequestContent,
  BatchResponseContent,
  Client,
  type Context,
  FileUpload,
  LargeFileUploadTask,
  type Middleware,
  PageIterator,
} from '@microsoft/microsoft-graph-client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Microsoft365, startMicrosoft365 } from '../src/index.ts';
import { Contract } from './contract/index.ts';
import { signIn } from './sign-in.ts';

const ALICE = '/users/alice@contoso.example';
/** An id that nothing has. */
const NO_MESSAGE = `AAMkAG${'x'.repeat(60)}AAA=`;
const contract = new Contract();
let server: Microsoft365;
let graph: Client;
beforeAll(async () => {
  server = await startMicrosoft365({ empty: true, observe: contract.observe });
  const { token } = await signIn(server, server.tenant('contoso.example'));
  graph = Client.initWithMiddleware({ baseUrl: `${server.baseUrl}/`, middleware: new Send(token) });
});
afterAll(async () => {
  await server.stop();
  expect(server.failures).toEqual([]);
  expect(contract.faults).toEqual([]);
});

/** Signs what goes to Graph, not what goes to pre-authenticated URLs; takes absolute http URLs as what they are. */
class Send implements Middleware {
  readonly #token: string;

  constructor(token: string) {
    this.#token = token;
  }

  async execute(context: Context): Promise<void> {
    const whole = String(context.request);
    const url = whole.slice(whole.lastIndexOf('http://'));
    const headers = new Headers(context.options?.headers as Record<string, string>);
    if (url.startsWith(`${server.baseUrl}/v1.0/`)) headers.set('authorization', `Bearer ${this.#token}`);
    context.response = await fetch(url, { ...context.options, headers } as RequestInit);
  }
}

test('the page iterator walks a folder to its end', async () => {
  const folder = await graph.api(`${ALICE}/mailFolders`).post({ displayName: 'Pages' });
  for (let at = 0; at < 23; at++) {
    await graph.api(`${ALICE}/mailFolders/${folder.id}/messages`).post({ subject: `${at}` });
  }
  const first = await graph.api(`${ALICE}/mailFolders/${folder.id}/messages`).select('subject').top(5).get();
  const subjects: string[] = [];
  await new PageIterator(graph, first, (message: { subject: string }) => {
    subjects.push(message.subject);
    return true;
  }).iterate();
  expect(subjects.map(Number).sort((a, b) => a - b)).toEqual(Array.from({ length: 23 }, (_, at) => at));
});

test('it follows a round of delta to its deltaLink, and on from there', async () => {
  const folder = await graph.api(`${ALICE}/mailFolders`).post({ displayName: 'Delta' });
  const messages = `${ALICE}/mailFolders/${folder.id}/messages`;
  for (const subject of ['a', 'b', 'c']) await graph.api(messages).post({ subject });
  const first = await graph.api(`${messages}/delta`).header('Prefer', 'odata.maxpagesize=2').get();
  const seen: string[] = [];
  const iterator = new PageIterator(graph, first, (message: { subject: string }) => {
    seen.push(message.subject);
    return true;
  });
  await iterator.iterate();
  expect(seen).toEqual(['a', 'b', 'c']);
  await graph.api(messages).post({ subject: 'd' });
  const next = await graph.api(iterator.getDeltaLink() as string).get();
  expect(next.value.map((message: { subject: string }) => message.subject)).toEqual(['d']);
});

test('a batch with requests that depend on each other', async () => {
  const step = (id: string, method: string, path: string, body?: object) => ({
    id,
    request: new Request(`${server.baseUrl}/v1.0${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
    }),
  });
  const batch = new BatchRequestContent([
    step('1', 'POST', `${ALICE}/mailFolders`, { displayName: 'From a batch' }),
    { ...step('2', 'GET', `${ALICE}/mailFolders?$top=100&$select=displayName`), dependsOn: ['1'] },
    { ...step('3', 'GET', `${ALICE}/messages/${NO_MESSAGE}`), dependsOn: ['2'] },
  ]);
  const content = await batch.getContent();
  // The client cuts "https://host/version" off a path; of a plain http URL it leaves the host in.
  for (const request of content.requests as { url: string }[]) request.url = request.url.replace(/^.*?\/v1\.0/, '');
  const answers = new BatchResponseContent(await graph.api('/$batch').post(content));
  expect(answers.getResponseById('1').status).toBe(201);
  const { value } = (await answers.getResponseById('2').json()) as { value: { displayName: string }[] };
  expect(value.map(({ displayName }) => displayName)).toContain('From a batch');
  expect(answers.getResponseById('3').status).toBe(404);
});

test('the upload task attaches a file in slices', async () => {
  const { id } = await graph.api(`${ALICE}/messages`).post({ subject: 'Large' });
  const content = new Uint8Array(7_000_000).map((_byte, at) => at % 251);
  const session = await LargeFileUploadTask.createUploadSession(
    graph,
    `${ALICE}/messages/${id}/attachments/createUploadSession`,
    { AttachmentItem: { attachmentType: 'file', name: 'large.bin', size: content.length } },
  );
  const file = new FileUpload(content, 'large.bin', content.length);
  const slices: number[] = [];
  const task = new LargeFileUploadTask(graph, file, session, {
    rangeSize: 3_000_000,
    uploadEventHandlers: { progress: (range) => void slices.push(range?.maxValue ?? -1) },
  });
  const result = await task.upload();
  expect(slices).toHaveLength(3);
  const { bytes } = await fetchBytes(result.location);
  expect(bytes.equals(Buffer.from(content))).toBe(true);
});

async function fetchBytes(location: string) {
  const client = await signIn(server, server.tenant('contoso.example'));
  return client('GET', `${location}/$value`);
}

test('errors arrive as the client tells them', async () => {
  await expect(graph.api('/users/nobody@contoso.example').get()).rejects.toMatchObject({
    statusCode: 404,
    code: 'Request_ResourceNotFound',
  });
});
