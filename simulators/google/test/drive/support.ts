import { VirtualClock } from '@sterna/simulator-kit';
import { afterEach, expect } from 'vitest';
import type { Corpus } from '../../src/drive/corpus.ts';
import { corpusOf } from '../../src/drive/drives.ts';
import { type Google, type Options, startGoogle } from '../../src/index.ts';
import { Contract } from '../contract/index.ts';
import { type Answer, type Client, signIn } from '../sign-in.ts';

export const FOLDER = 'application/vnd.google-apps.folder';
export const SHORTCUT = 'application/vnd.google-apps.shortcut';
export const DOCUMENT = 'application/vnd.google-apps.document';
export const FILES = '/drive/v3/files';

export interface Setting {
  readonly server: Google;
  readonly clock: VirtualClock;
  readonly corpus: Corpus;
  /** Of nordwind.example: `person('alice')`. */
  person(localPart: string): Promise<Client>;
}

const running: Google[] = [];
const contract = new Contract();

afterEach(async () => {
  expect(contract.faults).toEqual([]);
  const stopped = running.splice(0);
  for (const server of stopped) {
    expect(server.failures).toEqual([]);
    await server.stop();
  }
});

/** A simulator without files, stopped after the test. */
export async function start(options: Options = {}): Promise<Setting> {
  const clock = new VirtualClock();
  const server = await startGoogle({ empty: true, clock, observe: contract.observe, ...options });
  running.push(server);
  return {
    server,
    clock,
    corpus: corpusOf(server.cloud),
    person: (localPart) => signIn(server, `${localPart}@nordwind.example`),
  };
}

/** Uploads metadata and bytes in one request. */
export function upload(
  client: Client,
  metadata: Record<string, unknown>,
  content: string | Buffer,
  { type = 'text/plain', query = '', id }: { type?: string; query?: string; id?: string } = {},
): Promise<Answer> {
  const body = Buffer.concat([
    Buffer.from(`--frontier\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n${JSON.stringify(metadata)}\r\n`),
    Buffer.from(`--frontier\r\nContent-Type: ${type}\r\n\r\n`),
    Buffer.from(content as string),
    Buffer.from('\r\n--frontier--\r\n'),
  ]);
  const path = `/upload${FILES}${id === undefined ? '' : `/${id}`}?uploadType=multipart${query}`;
  return client(id === undefined ? 'POST' : 'PATCH', path, body, {
    'content-type': 'multipart/related; boundary=frontier',
  });
}

/** The id of a new file. */
export async function newFile(
  client: Client,
  name: string,
  content = name,
  more: Record<string, unknown> = {},
): Promise<string> {
  const made = await upload(client, { name, ...more }, content, { query: '&supportsAllDrives=true' });
  expect(made.status, JSON.stringify(made.json)).toBe(200);
  return made.json.id;
}

export async function newFolder(client: Client, name: string, more: Record<string, unknown> = {}): Promise<string> {
  const made = await client('POST', `${FILES}?supportsAllDrives=true`, { name, mimeType: FOLDER, ...more });
  expect(made.status, JSON.stringify(made.json)).toBe(200);
  return made.json.id;
}

export async function newDrive(client: Client, name: string): Promise<string> {
  const made = await client('POST', `/drive/v3/drives?requestId=${name}`, { name });
  expect(made.status).toBe(200);
  return made.json.id;
}

export async function get(client: Client, id: string, fields = '*'): Promise<Answer['json']> {
  const answer = await client('GET', `${FILES}/${id}?supportsAllDrives=true&fields=${fields}`);
  expect(answer.status, JSON.stringify(answer.json)).toBe(200);
  return answer.json;
}

/** Names of what the query finds. */
export async function find(client: Client, q: string, more = ''): Promise<string[]> {
  const answer = await client('GET', `${FILES}?q=${encodeURIComponent(q)}${more}`);
  expect(answer.status, JSON.stringify(answer.json)).toBe(200);
  return answer.json.files.map(({ name }: { name: string }) => name);
}

export function reasonOf(answer: Answer): [number, string] {
  return [answer.status, answer.json.error.errors[0].reason];
}

/** Where changes begin now. */
export async function startToken(client: Client, more = ''): Promise<string> {
  return (await client('GET', `/drive/v3/changes/startPageToken?${more}`)).json.startPageToken;
}

export interface Round {
  readonly changes: {
    fileId?: string;
    driveId?: string;
    removed: boolean;
    changeType: string;
    file?: { name: string; trashed: boolean };
  }[];
  readonly token: string;
}

/** All pages of changes after the token. */
export async function changesAfter(client: Client, token: string, more = ''): Promise<Round> {
  const changes: Round['changes'] = [];
  for (let next = token; ; ) {
    const { status, json } = await client('GET', `/drive/v3/changes?pageToken=${next}&fields=*${more}`);
    expect(status, JSON.stringify(json)).toBe(200);
    changes.push(...json.changes);
    if (json.newStartPageToken !== undefined) return { changes, token: json.newStartPageToken };
    next = json.nextPageToken;
  }
}
