/**
 * The least that any copy between two WebDAV servers must do: it makes the folders, then GETs every file, PUTs it to a
 * temporary name and MOVEs that to its own, so many at a time on kept connections. It is told what there is, hashes and
 * checks nothing, keeps no books, and is not crash-safe.
 */
import { Agent, type IncomingMessage, request } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { report } from './report.ts';

const { source, target, folders, files, concurrency } = JSON.parse(process.env.BENCH_SETUP ?? '{}') as {
  /** Addresses of folders, with a slash at their ends. */
  source: string;
  target: string;
  /** Below it, parents first. */
  folders: string[];
  files: string[];
  concurrency: number;
};
/** Larger ones are passed on as they come. */
const WHOLE = 4 * 1024 * 1024;
const agents = { source: new Agent({ keepAlive: true }), target: new Agent({ keepAlive: true }) };
const authorization = `Basic ${Buffer.from('user:pw').toString('base64')}`;

function send(
  side: 'source' | 'target',
  method: string,
  url: string,
  headers: Record<string, string | number> = {},
  body?: Buffer | IncomingMessage,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      { method, agent: agents[side], headers: { authorization, ...headers } },
      (answer: IncomingMessage) => {
        if ((answer.statusCode ?? 500) < 300) resolve(answer);
        else reject(new Error(`${method} ${url}: ${answer.statusCode}`));
      },
    );
    sent.on('error', reject);
    if (body === undefined || Buffer.isBuffer(body)) sent.end(body);
    else pipeline(body, sent).catch(reject);
  });
}

async function whole(answer: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const escaped = (path: string): string => path.split('/').map(encodeURIComponent).join('/');

async function copy(path: string): Promise<void> {
  const slash = path.lastIndexOf('/') + 1;
  const temporary = `${target}${escaped(`${path.slice(0, slash)}.bare-${path.slice(slash)}`)}`;
  const got = await send('source', 'GET', `${source}${escaped(path)}`);
  const length = Number(got.headers['content-length']);
  const body = length > WHOLE ? got : await whole(got);
  await whole(await send('target', 'PUT', temporary, { 'content-length': length }, body));
  await whole(await send('target', 'MOVE', temporary, { destination: `${target}${escaped(path)}`, overwrite: 'F' }));
}

const startedAt = performance.now();
const cpuAtStart = process.cpuUsage();
for (const folder of folders) await whole(await send('target', 'MKCOL', `${target}${escaped(folder)}/`));
const left = files.values();
await Promise.all(
  Array.from({ length: concurrency }, async () => {
    for (const path of left) await copy(path);
  }),
);
report(startedAt, cpuAtStart);
agents.source.destroy();
agents.target.destroy();
