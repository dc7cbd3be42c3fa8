/**
 * Uploads the beginning of a file and stays: to be killed. `node half-upload.ts SYSTEM ADDRESS SIZE UPTO`; the system as
 * JSON, the file as `contentOf` makes it.
 */
import { s3Connector } from '../src/index.ts';
import { contentOf, STAMP } from './large-file.ts';

const [system = '', address = '', size = '0', upTo = '0'] = process.argv.slice(2);
const session = await s3Connector.open({
  system: JSON.parse(system),
  address,
  role: 'write',
  installation: '0badcafe',
  signal: new AbortController().signal,
});
async function* body(): AsyncGenerator<Buffer> {
  const content = contentOf(Number(size)).subarray(0, Number(upTo));
  for (let at = 0; at < content.length; at += 65_536) yield content.subarray(at, at + 65_536);
  await new Promise((resolve) => setTimeout(resolve, 600_000));
}
const container = (await session.writer?.ensureContainer(['Large'], { kind: 'file' }))?.container.id ?? '';
await session.writer?.apply([
  {
    verb: 'create',
    op: 'o',
    container,
    name: 'large.bin',
    reservedId: 'large.bin',
    stamp: STAMP,
    flags: [],
    date: new Date(1_600_000_000_250),
    size: Number(size),
    body: body(),
  },
]);
