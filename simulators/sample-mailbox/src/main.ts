import { parseArgs } from 'node:util';
import { growSampleMailbox, writeBenchMailbox, writeSampleMailbox } from './index.ts';

const USAGE = 'usage: main.ts sample|bench|grow DIR [--messages N] [--folders N] [--seed N] [--size BYTES]';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    messages: { type: 'string' },
    folders: { type: 'string' },
    seed: { type: 'string', default: '1' },
    size: { type: 'string' },
  },
});
const [what, dir] = positionals;
const seed = Number(values.seed);
const number = (text: string | undefined): number | undefined => (text === undefined ? undefined : Number(text));
const folders = number(values.folders);
const size = number(values.size);

if (dir === undefined) fail();
const manifest =
  what === 'sample'
    ? writeSampleMailbox(dir, {
        messages: number(values.messages) ?? 200,
        seed,
        ...(folders === undefined ? {} : { folders }),
        ...(size === undefined ? {} : { size }),
      })
    : what === 'bench'
      ? writeBenchMailbox(dir, { messages: number(values.messages) ?? 10_000, folders: folders ?? 20, seed })
      : what === 'grow'
        ? growSampleMailbox(dir, { seed })
        : fail();
console.log(JSON.stringify(manifest, null, 1));

function fail(): never {
  console.error(USAGE);
  process.exit(2);
}
