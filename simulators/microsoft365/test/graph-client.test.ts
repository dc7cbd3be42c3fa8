import {
  BatchRequestContent,
  BatchResponseContent,
  type Client,
  FileUpload,
  LargeFileUploadTask,
  PageIterator,
  ResponseType,
} from '@microsoft/microsoft-graph-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Microsoft365, startMicrosoft365 } from '../src/index.ts';
import { Contract } from './contract/index.ts';
import { signIn } from './sign-in.ts';
import { canImpersonate, openVendorClient, type VendorClient } from './vendor-client.ts';

const ALICE = '/users/alice@contoso.example';
/** An id that nothing has. */
const NO_MESSAGE = `AAMkAG${'x'.repeat(60)}AAA=`;
const contract = new Contract();
let server: Microsoft365;
let vendor: VendorClient;
let graph: Client;
beforeAll(async () => {
  if (!canImpersonate) return;
  server = await startMicrosoft365({ empty: true, observe: contract.observe });
  const { token } = await signIn(server, server.tenant('contoso.example'));
  vendor = await openVendorClient(server, token);
  graph = vendor.graph;
});
afterAll(async () => {
  await vendor?.stop();
  await server?.stop();
  expect(server?.failures ?? []).toEqual([]);
  expect(vendor?.refused ?? []).toEqual([]);
  expect(contract.faults).toEqual([]);
});

describe.skipIf(!canImpersonate)("the vendor's own client, unmodified", () => {
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
      // As its documentation has it: without a version.
      request: new Request(`https://graph.microsoft.com${path}`, {
        method,
        ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
      }),
    });
    const batch = new BatchRequestContent([
      step('1', 'POST', `${ALICE}/mailFolders`, { displayName: 'From a batch' }),
      { ...step('2', 'GET', `${ALICE}/mailFolders?$top=100&$select=displayName`), dependsOn: ['1'] },
      { ...step('3', 'GET', `${ALICE}/messages/${NO_MESSAGE}`), dependsOn: ['2'] },
    ]);
    const answers = new BatchResponseContent(await graph.api('/$batch').post(await batch.getContent()));
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
    const { pathname } = new URL(result.location);
    const bytes = await graph
      .api(`${pathname.replace('/v1.0', '')}/$value`)
      .responseType(ResponseType.ARRAYBUFFER)
      .get();
    expect(Buffer.from(bytes).equals(Buffer.from(content))).toBe(true);
  });

  test('it waits as long as it is told where it was refused, and goes on', async () => {
    const at = server.requests.length;
    for (const status of [429, 503])
      server.faults.inject({
        fault: { kind: 'answer', status, retryAfter: 0 },
        when: ({ target }) => target.includes('alice'),
      });
    expect(await graph.api(ALICE).get()).toMatchObject({ userPrincipalName: 'alice@contoso.example' });
    expect(server.requests.slice(at).map(({ status }) => status)).toEqual([429, 503, 200]);
  });

  test('errors arrive as the client tells them', async () => {
    await expect(graph.api('/users/nobody@contoso.example').get()).rejects.toMatchObject({
      statusCode: 404,
      code: 'Request_ResourceNotFound',
    });
  });
});
