import { type Client, FileUpload, OneDriveLargeFileUploadTask, PageIterator } from '@microsoft/microsoft-graph-client';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CHUNK_UNIT } from '../../src/drive/upload-session.ts';
import { vendorClient } from '../vendor-client.ts';
import { type DriveLab, openDriveLab } from './support.ts';

let lab: DriveLab;
let graph: Client;
beforeEach(async () => {
  lab = await openDriveLab();
  graph = vendorClient(lab.server, lab.client.token);
});
afterEach(() => lab.stop());

const bytes = new Uint8Array(5 * CHUNK_UNIT + 17).map((_, i) => (i * 3 + (i >> 9)) & 0xff);

function task(name: string, conflictBehavior: string) {
  return OneDriveLargeFileUploadTask.createTaskWithFileObject(graph, new FileUpload(bytes, name, bytes.length), {
    fileName: name,
    conflictBehavior,
    rangeSize: 2 * CHUNK_UNIT,
    uploadSessionURL: `${lab.at}/root:/${name}:/createUploadSession`,
  });
}

test('the upload task sends a file in slices, and goes on after a break', async () => {
  const upload = await task('slices.bin', 'fail');
  lab.server.faults.inject({
    fault: { kind: 'lost-acknowledgement' },
    when: ({ method, target }) => method === 'PUT' && target.includes('/open/'),
    after: 1,
  });
  await expect(upload.upload()).rejects.toThrow();
  const result = await upload.resume();
  expect(result).toMatchObject({ responseBody: { name: 'slices.bin', size: bytes.length } });
  expect(Buffer.compare(await lab.get('slices.bin'), bytes)).toBe(0);
});

test('a conflict at the end is committed under another name', async () => {
  await lab.put('taken.bin', 'old');
  const upload = await task('taken.bin', 'fail');
  await expect(upload.upload()).rejects.toMatchObject({ error: { code: 'nameAlreadyExists' } });
  const result = (await upload.commit(`${lab.at}/root:/taken.bin`, 'rename')) as { name: string };
  expect(result.name).toBe('taken 1.bin');
});

test('the page iterator walks children and delta', async () => {
  for (let i = 0; i < 12; i++) await lab.put(`${i}.txt`, `${i}`);
  const names: string[] = [];
  const collect = (item: { name: string }) => {
    names.push(item.name);
    return true;
  };
  await new PageIterator(graph, await graph.api(`${lab.at}/root/children`).top(5).get(), collect).iterate();
  expect(names).toHaveLength(12);
  names.length = 0;
  const round = new PageIterator(graph, await graph.api(`${lab.at}/root/delta`).top(5).get(), collect);
  await round.iterate();
  expect(names).toHaveLength(13);
  await lab.put('late.txt', 'x');
  const next = await graph.api(round.getDeltaLink() as string).get();
  expect(next.value.map(({ name }: { name: string }) => name)).toEqual(['root', 'late.txt']);
});

test('a batch gets items, redirects and refusals', async () => {
  const { id } = (await lab.put('a.txt', 'x')).json;
  const step = (number: string, url: string) => ({ id: number, method: 'GET', url });
  const { responses } = await graph.api('/$batch').post({
    requests: [
      step('1', `${lab.at}/items/${id}`),
      step('2', `${lab.at}/items/${id}/content`),
      step('3', `${lab.at}/root:/none.txt:`),
    ],
  });
  const byId = new Map(responses.map((answer: { id: string }) => [answer.id, answer]));
  expect(byId.get('1')).toMatchObject({ status: 200, body: { name: 'a.txt' } });
  expect(byId.get('2')).toMatchObject({
    status: 302,
    headers: { Location: expect.stringContaining('/open/download/') },
  });
  expect(byId.get('3')).toMatchObject({ status: 404, body: { error: { code: 'itemNotFound' } } });
});
