// `node copy-file.ts SOURCE TARGET NAME [slowly]`: copies one file by the connector and prints what it took. `slowly`: says
// so when 16 MiB are written, and waits to be killed.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { filesConnector } from '../src/index.ts';
import { collect } from './collect.ts';

const PAUSE_AFTER = 16 * 1024 ** 2;

const [source = '', target = '', name = '', mode] = process.argv.slice(2);

const open = (path: string, role: 'read' | 'write') =>
  filesConnector.open({
    system: { settings: { path }, credentials: {} },
    address: '.',
    role,
    installation: '0badcafe',
    signal: new AbortController().signal,
  });

const [from, to] = [await open(source, 'read'), await open(target, 'write')];
const [content] = await collect(from.reader.read('', [name]));
if (content === undefined || !('body' in content) || Buffer.isBuffer(content.body)) throw new Error('not streamed');
const { body, size, date } = content;

async function* slowly(): AsyncGenerator<Buffer> {
  let sent = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    // What was sent before is written when the next chunk is asked for.
    if (sent >= PAUSE_AFTER) {
      process.stdout.write('half\n');
      await once(process, 'never');
    }
    sent += chunk.length;
    yield chunk;
  }
}

/** proc_pid_io(5): bytes that write(2) was given. */
const written = (): number => Number(/^wchar: (\d+)$/m.exec(readFileSync('/proc/self/io', 'utf8'))?.[1]);
/** proc_pid_status(5), in bytes. */
const peak = (): number => Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) * 1024;

// Keeps the process alive while it waits to be killed.
if (mode === 'slowly') setInterval(() => undefined, 60_000);
const before = { written: written(), rss: process.memoryUsage().rss };
const [result] = await (to.writer?.apply([
  {
    verb: 'create',
    op: '1',
    container: '',
    name,
    stamp: '5e'.repeat(16),
    flags: [],
    date,
    size,
    body: mode === 'slowly' ? slowly() : body,
  },
]) ?? []);
const after = { written: written(), peak: peak() };
await Promise.all([from.close(), to.close()]);
process.stdout.write(
  `${JSON.stringify({ outcome: result?.outcome, written: after.written - before.written, grown: after.peak - before.rss })}\n`,
);
