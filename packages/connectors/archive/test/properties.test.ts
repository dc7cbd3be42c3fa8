import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FidelityNote } from '@sterna/connector-kit';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { canonical, storable } from '../src/flags.ts';
import { flagsOf, lettersOf, parseName } from '../src/maildir/filename.ts';
import { createFolder, scanTree } from '../src/maildir/tree.ts';
import { formatFromLine, parseFromLine } from '../src/mbox/from-line.ts';
import { countQuotes, LineRewriter, rewrite } from '../src/mbox/quoting.ts';
import { decodeUtf7, encodeUtf7, portableNames, safeName, shorten } from '../src/names.ts';

const base = mkdtempSync(join(tmpdir(), 'sterna-properties-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

/** Text made of the pieces that quoting must get right. */
const tricky = fc
  .array(
    fc.oneof(
      fc.constantFrom('From ', '>', '>>', '\n', '\r\n', '\n\n', 'F', 'Fr', 'From', ' ', '\r'),
      fc.string({ maxLength: 5 }),
    ),
    { maxLength: 40 },
  )
  .map((parts) => Buffer.from(parts.join('')));

test('mboxrd: reading undoes writing, however the bytes are cut into chunks', () => {
  fc.assert(
    fc.property(tricky, fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 20 }), (message, cuts) => {
      const quoted = rewrite(message, 'quote');
      expect(rewrite(quoted, 'mboxrd').equals(message)).toBe(true);
      // No line of it can be taken for a separator.
      for (const line of quoted.toString('latin1').split('\n')) expect(line.startsWith('From ')).toBe(false);
      for (const change of ['quote', 'mboxrd', 'mboxo'] as const) {
        const rewriter = new LineRewriter(change);
        const out: Buffer[] = [];
        for (let at = 0, n = 0; at < message.length; n++) {
          const step = cuts[n % cuts.length] as number;
          out.push(...rewriter.push(message.subarray(at, at + step)));
          at += step;
        }
        expect(Buffer.concat([...out, rewriter.end()]).equals(rewrite(message, change))).toBe(true);
      }
      const count = { single: 0, deep: 0, sameDepth: 0, oneDeeper: 0 };
      countQuotes(quoted, count);
      expect(quoted.length - count.single - count.deep).toBe(message.length);
      expect(rewrite(quoted, 'mboxo')).toHaveLength(quoted.length - count.single);
    }),
    { numRuns: 500 },
  );
});

test('separator lines: what we write is read, to the second', () => {
  fc.assert(
    fc.property(
      fc.date({ min: new Date(Date.UTC(1902, 0)), max: new Date(Date.UTC(2400, 0)), noInvalidDate: true }),
      (date) => {
        const line = formatFromLine(date);
        expect(parseFromLine(line.trimEnd(), 'Subject: x')?.date?.getTime()).toBe(
          Math.floor(date.getTime() / 1000) * 1000,
        );
      },
    ),
  );
});

test('modified UTF-7: decoding undoes encoding, the code is ASCII, nonsense stands for itself', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 30 });
  fc.assert(
    fc.property(text, (name) => {
      const encoded = encodeUtf7(name);
      expect(encoded).toMatch(/^[\x20-\x7e]*$/);
      expect(decodeUtf7(encoded)).toBe(name.isWellFormed() ? name : encoded);
    }),
  );
  fc.assert(fc.property(fc.string(), (name) => typeof decodeUtf7(name) === 'string'));
  expect(encodeUtf7('Entwürfe & 台北')).toBe('Entw&APw-rfe &- &U,BTFw-');
  for (const raw of ['R&D', '&', '&AA', '&A-', '&!!!!-']) expect(decodeUtf7(raw)).toBe(raw);
});

test('names on disk: never a path, never a control character, never too long, and said so when changed', () => {
  const name = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string(),
    fc.constantFrom('..', '.', '', '/', '../x', 'a\0b', 'CON', 'x'.repeat(999)),
  );
  fc.assert(
    fc.property(fc.array(name, { minLength: 1, maxLength: 4 }), (path) => {
      const notes: FidelityNote[] = [];
      const safe = portableNames(path, notes);
      expect(safe).toHaveLength(path.length);
      for (const [n, part] of safe.entries()) {
        expect(part).not.toMatch(/[/\\<>:"|?*]|^\.|[. ]$|^$/);
        expect([...part].every((character) => character >= ' ')).toBe(true);
        expect(Buffer.byteLength(part)).toBeLessThanOrEqual(255);
        if (part !== path[n]) expect(notes.length).toBeGreaterThan(0);
      }
      for (const note of notes) expect(note.text).not.toMatch(/[\r\n\0]/);
    }),
  );
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', minLength: 100 }),
      fc.string({ unit: 'grapheme', minLength: 100 }),
      (a, b) => {
        const cut = (text: string): string => shorten(encodeUtf7(safeName(text, /[/.]/g, [])), 120, []);
        expect(Buffer.byteLength(cut(a))).toBeLessThanOrEqual(120);
        if (safeName(a, /[/.]/g, []) !== safeName(b, /[/.]/g, [])) expect(cut(a)).not.toBe(cut(b));
      },
    ),
  );
});

test('Maildir folders: any paths, made once each, are found again under their own names', async () => {
  const part = fc.oneof(
    fc.constantFrom('a.b', 'a_b', 'A', 'a', 'Ärger', '..', '/', 'INBOX', '&', 'x'.repeat(200)),
    fc.string({ maxLength: 12, minLength: 1 }),
  );
  let run = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.array(part, { minLength: 1, maxLength: 3 }), {
        maxLength: 6,
        selector: (path) => path.join('\0').toUpperCase(),
      }),
      fc.boolean(),
      async (paths, portable) => {
        const root = join(base, `tree${run++}`);
        for (const sub of ['cur', 'new', 'tmp']) mkdirSync(join(root, sub), { recursive: true });
        for (const path of paths) {
          if (path.length === 1 && path[0]?.toUpperCase() === 'INBOX') continue;
          await createFolder(root, await scanTree(root), path, { portable }, []);
        }
        const found = (await scanTree(root)).folders.map((folder) =>
          JSON.stringify(folder.path.map((name) => name.toWellFormed())),
        );
        for (const path of paths) {
          const wanted = path.length === 1 && path[0]?.toUpperCase() === 'INBOX' ? ['INBOX'] : path;
          expect(found.filter((one) => one === JSON.stringify(wanted.map((name) => name.toWellFormed())))).toHaveLength(
            1,
          );
        }
      },
    ),
    { numRuns: 25 },
  );
});

test('flags: letters and back, unknown letters survive, hostile ones never come through', () => {
  const keyword = fc.constantFrom('Work', '$Label1', '$Forwarded', 'naïve', 'k1', 'k2');
  const flag = fc.oneof(fc.constantFrom('\\Seen', '\\Flagged', '\\Draft', '\\Answered', '\\Deleted'), keyword);
  fc.assert(
    fc.property(fc.array(flag), fc.array(keyword), (flags, words) => {
      const keywords = [...new Set([...words, ...flags.filter((one) => !one.startsWith('\\'))])];
      const { letters, missing } = lettersOf(canonical(flags), keywords);
      expect(missing).toEqual([]);
      expect(flagsOf(letters, keywords)).toEqual(canonical(flags));
      expect(parseName(`1.x,S=12:2,${letters}`)).toEqual({ id: '1.x', base: '1.x,S=12', letters });
      expect(lettersOf(['\\Seen'], keywords, 'XS').letters).toContain('X');
    }),
  );
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' })), (hostile) => {
      // What ends an atom in IMAP; other spaces of Unicode are letters like any other there.
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
      for (const kept of storable(hostile, [])) expect(kept).toMatch(/^(?:\\[A-Z][a-z]+|[^\x00-\x20\x7f\\"%()*{\]]+)$/);
    }),
  );
});
