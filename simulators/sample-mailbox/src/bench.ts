import { encodeWords, rfcDate } from './compose.ts';
import { MailboxFiles } from './mailbox-files.ts';
import { Random } from './random.ts';
import type { SampleManifest } from './sample.ts';
import { LANGUAGES } from './sentences.ts';

export interface BenchOptions {
  readonly messages: number;
  /** INBOX included. */
  readonly folders: number;
  readonly seed: number;
}

const NAMES: readonly (readonly string[])[] = [
  ['INBOX'],
  ['Sent'],
  ['Drafts'],
  ['Trash'],
  ['Junk'],
  ['Archive'],
  ['Archive', '2021'],
  ['Archive', '2022'],
  ['Archive', '2023'],
  ['Projects'],
  ['Projects', 'Alpha'],
  ['Projects', 'Beta'],
  ['Projects', 'Beta', 'Deep', 'Er'],
  ['Rechnungen Ärger'],
  ['台北日本語'],
  ['With space'],
  ['Lists', 'dev'],
  ['Lists', 'ops'],
  ['Family'],
];

/**
 * A mailbox for measurements: log-normal sizes around 8 kB, one message in 250 of 1 to 5 MB, 15 % with attachment,
 * 1 % byte-identical to an earlier one, 2 % without Message-ID, 0.5 % with another's Message-ID; 10,000 messages make
 * about 209 MB. A third of them in INBOX, the rest spread evenly.
 */
export function writeBenchMailbox(dir: string, options: BenchOptions): SampleManifest {
  const random = new Random(options.seed);
  const folders = Array.from({ length: options.folders }, (_, n) => NAMES[n] ?? [`Extra ${n}`]);
  const files = new MailboxFiles(dir, 'bench');
  for (const folder of folders) files.addFolder(folder);
  files.subscribe(folders);

  // Bodies are slices of two pools: making 2 GB of random text one word at a time would take minutes.
  const text = textPool(random);
  const noise = base64Pool(random);
  const slice = (pool: Buffer, length: number): Buffer => {
    const lines = Math.ceil(length / LINE);
    const start = random.below(pool.length / LINE - lines) * LINE;
    return pool.subarray(start, start + lines * LINE);
  };

  const epoch = Date.UTC(2015, 0, 1);
  let previous: { readonly raw: Buffer; readonly id: string } | undefined;
  for (let n = 0; n < options.messages; n++) {
    const folder =
      folders[n < folders.length ? n : random.chance(0.35) ? 0 : random.below(folders.length)] ?? (['INBOX'] as const);
    const date = new Date(epoch + random.below(9 * 365 * 86_400) * 1000);
    const kind = random.next();
    let raw: Buffer;
    if (previous !== undefined && kind < 0.01) raw = previous.raw;
    else {
      const big = n % 250 === 249;
      const size = big
        ? 1_048_576 * (1 + random.next() * (n % 1000 === 999 ? 4 : 1))
        : Math.min(400_000, Math.max(600, 8192 * Math.exp(0.95 * random.gauss())));
      const id =
        previous !== undefined && kind >= 0.03 && kind < 0.035 ? previous.id : `b${n}.${options.seed}@bench.example`;
      const subject = random.chance(0.2) ? encodeWords(`Übersicht №${n}`) : `Weekly overview ${n}`;
      const sender = random.below(300);
      const head = [
        `From: "Person ${sender}" <p${sender}@company${sender % 20}.example>`,
        'To: owner@tern.example',
        `Subject: ${subject}`,
        ...(random.chance(0.99) ? [`Date: ${rfcDate(date)}`] : []),
        ...(kind >= 0.01 && kind < 0.03 ? [] : [`Message-ID: <${id}>`]),
        'MIME-Version: 1.0',
      ].join('\r\n');
      raw =
        big || random.chance(0.15)
          ? attached(head, n, slice(text, 400), slice(noise, size - 700))
          : plain(head, slice(text, size - head.length));
      previous = { raw, id };
    }
    files.add({ folder, raw, date, flags: benchFlags(random, folder[0] === 'Drafts') });
  }
  return { messages: files.messages, bytes: files.bytes, perFolder: Object.fromEntries(files.perFolder), changes: [] };
}

function plain(head: string, body: Buffer): Buffer {
  const type = 'Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit';
  return Buffer.concat([Buffer.from(`${head}\r\n${type}\r\n\r\n`), body]);
}

function attached(head: string, n: number, body: Buffer, data: Buffer): Buffer {
  const mark = `=_bench${n}`;
  return Buffer.concat([
    Buffer.from(
      `${head}\r\nContent-Type: multipart/mixed; boundary="${mark}"\r\n\r\n--${mark}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n`,
    ),
    body,
    Buffer.from(
      `--${mark}\r\nContent-Type: application/octet-stream; name="f${n}.bin"\r\nContent-Transfer-Encoding: base64\r\n\r\n`,
    ),
    data,
    Buffer.from(`--${mark}--\r\n`),
  ]);
}

/** Bytes of a pool line, CRLF included: slices at multiples of it never cut a line or a character. */
const LINE = 78;

function textPool(random: Random): Buffer {
  const words = LANGUAGES.slice(0, 5).flatMap((language) => language.sentences.flatMap((line) => line.split(' ')));
  const lines: Buffer[] = [];
  for (let n = 0; n < 20_000; n++) {
    let line = '';
    for (;;) {
      const word = random.pick(words);
      if (Buffer.byteLength(line) + Buffer.byteLength(word) + 1 > LINE - 2) break;
      line += `${word} `;
    }
    lines.push(Buffer.from(`${line}${'.'.repeat(LINE - 2 - Buffer.byteLength(line))}\r\n`));
  }
  return Buffer.concat(lines);
}

function base64Pool(random: Random): Buffer {
  const text = random.bytes(6 << 20).toString('base64');
  return Buffer.from(text.slice(0, text.length - (text.length % 76)).replace(/.{76}/g, '$&\r\n'), 'latin1');
}

function benchFlags(random: Random, draft: boolean): string {
  let flags = draft ? 'D' : '';
  if (random.chance(0.75)) flags += 'S';
  if (random.chance(0.15)) flags += 'R';
  if (random.chance(0.05)) flags += 'F';
  if (random.chance(0.01)) flags += 'T';
  if (random.chance(0.04)) flags += 'a';
  if (random.chance(0.02)) flags += 'b';
  return flags;
}
