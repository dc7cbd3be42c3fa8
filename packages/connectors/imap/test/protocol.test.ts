import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalFlags, quoted, validFlag } from '../src/protocol/atoms.ts';
import { EARLIEST_DATE, formatInternalDate, LATEST_DATE, parseInternalDate } from '../src/protocol/dates.ts';
import { parseFetch, parseFetchBeginning } from '../src/protocol/fetch.ts';
import { decodeModifiedUtf7, encodeModifiedUtf7 } from '../src/protocol/modified-utf7.ts';
import { parseStatusText } from '../src/protocol/response-code.ts';
import { ResponseCursor } from '../src/protocol/response-cursor.ts';
import { type Line, MAX_HELD, MAX_TEXT, ResponseStream } from '../src/protocol/response-stream.ts';
import { countUids, expandUidSet, formatUidSets, parseUidSet } from '../src/protocol/uid-set.ts';

/** Responses of `bytes`, pushed in pieces that end at `cuts`; literals above `streamFrom` through a sink. */
function split(bytes: Buffer, cuts: readonly number[], streamFrom = Number.POSITIVE_INFINITY): Line[] {
  const lines: Line[] = [];
  let streamed: Buffer[] = [];
  const stream = new ResponseStream({
    line: (line) => {
      lines.push({
        texts: line.texts,
        literals: line.literals.map((literal) =>
          streamed.length > 0 && literal.length === 0 ? Buffer.concat(streamed.splice(0)) : literal,
        ),
      });
      streamed = [];
    },
    literal: (_line, size) =>
      size < streamFrom ? undefined : { chunk: (chunk) => streamed.push(chunk), end: () => undefined },
  });
  const ends = [...new Set([...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length])].sort((a, b) => a - b);
  let from = 0;
  for (const end of ends) {
    stream.push(bytes.subarray(from, end));
    from = end;
  }
  expect(stream.idle).toBe(true);
  return lines;
}

const whole = (line: Line): string =>
  line.texts.map((text, n) => text + (line.literals[n] ? `<${line.literals[n].toString('latin1')}>` : '')).join('');

describe('response stream', () => {
  const piece = fc.oneof(
    fc.stringMatching(/^[a-zA-Z0-9 ()[\]{}"\\.+~]{0,30}$/).map((text) => ({ text: text.replace(/[}~]+$/, '') })),
    fc.uint8Array({ maxLength: 60 }).map((bytes) => ({ literal: Buffer.from(bytes) })),
  );

  test('the same responses come out wherever the chunks are cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(piece, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 6 }),
        fc.array(fc.nat(), { maxLength: 40 }),
        fc.constantFrom(1, 20, 1000),
        (responses, cuts, streamFrom) => {
          const sent = responses.map((pieces) => {
            const buffers: Buffer[] = [Buffer.from('* 1 FETCH ')];
            let shown = '* 1 FETCH ';
            for (const one of pieces)
              if ('literal' in one) {
                buffers.push(Buffer.from(`{${one.literal.length}}\r\n`), one.literal);
                shown += `<${one.literal.toString('latin1')}>`;
              } else {
                buffers.push(Buffer.from(one.text));
                shown += one.text;
              }
            buffers.push(Buffer.from(' end\r\n'));
            return {
              bytes: Buffer.concat(buffers),
              shown: `${shown} end`,
              literals: pieces.filter((one) => 'literal' in one).length,
            };
          });
          // Only one literal a response can be streamed here, or the sinks would run together.
          const from = sent.every((one) => one.literals <= 1) ? streamFrom : Number.POSITIVE_INFINITY;
          const lines = split(Buffer.concat(sent.map((one) => one.bytes)), cuts, from);
          expect(lines.map(whole)).toEqual(sent.map((one) => one.shown));
        },
      ),
      { numRuns: 300 },
    );
  });

  test('free text that looks like a literal is text', () => {
    const bytes = Buffer.from('* OK mailbox foo{5}\r\nS1 NO no such thing {100}\r\n+ {7}\r\n* BYE {3}\r\n');
    expect(split(bytes, []).map(whole)).toEqual([
      '* OK mailbox foo{5}',
      'S1 NO no such thing {100}',
      '+ {7}',
      '* BYE {3}',
    ]);
  });

  test('endless lines, impossible literals and too many of them end it, in bounded memory', () => {
    const none = { line: () => undefined, literal: () => undefined };
    const endless = new ResponseStream(none);
    const chunk = Buffer.alloc(65536, 'x');
    expect(() => {
      for (let sent = 0; sent <= MAX_TEXT + 65536; sent += chunk.length) endless.push(chunk);
    }).toThrowError(/longer than any reply/);
    for (const size of [MAX_HELD + 1, 2 ** 32 + 1, '99999999999999999999'])
      expect(() => new ResponseStream(none).push(Buffer.from(`* 1 FETCH (BODY[] {${size}}\r\n`))).toThrowError(
        /literal/,
      );
    const many = new ResponseStream(none);
    const one = Buffer.concat([Buffer.from(' {1000000}\r\n'), Buffer.alloc(1_000_000)]);
    expect(() => {
      many.push(Buffer.from('* 1 FETCH ('));
      for (let n = 0; n < 10; n++) many.push(one);
    }).toThrowError(/literal/);
  });

  test('random bytes never do worse than an error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const stream = new ResponseStream({
          line: (line) => {
            const cursor = new ResponseCursor(line);
            try {
              while (!cursor.atEnd) cursor.value();
              parseFetch(new ResponseCursor(line));
            } catch (thrown) {
              expect(thrown).toMatchObject({ class: 'transient', code: 'imap-protocol' });
            }
          },
          literal: () => undefined,
        });
        try {
          stream.push(Buffer.concat([Buffer.from('* 1 FETCH ('), bytes, Buffer.from('\r\n')]));
        } catch (thrown) {
          expect(thrown).toMatchObject({ class: 'transient', code: 'imap-protocol' });
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('values', () => {
  const cursor = (text: string, ...literals: string[]) =>
    new ResponseCursor({ texts: text.split('#'), literals: literals.map((literal) => Buffer.from(literal)) });

  test('atoms, quoted strings, literals, NIL and lists', () => {
    expect(cursor('a "b \\"c\\" \\\\" NIL (x (y nil) #) z', 'lit').value()).toBe('a');
    const all = cursor('("b \\"c\\" \\\\" NIL (x (y nil) #) z)', 'lit').value();
    expect(all).toEqual(['b "c" \\', null, ['x', ['y', null], Buffer.from('lit')], 'z']);
  });

  test('what is broken is an error', () => {
    for (const text of ['(', ')', '"abc', '(a (b)', '('.repeat(40)])
      expect(() => cursor(text).value(), text).toThrowError(expect.objectContaining({ code: 'imap-protocol' }));
  });

  test('FETCH items in any order and case, unknown ones too', () => {
    const line = {
      texts: [
        '(MODSEQ (12) Flags (\\SEEN \\Recent Work $x) X-THING ("a" (b)) UID 7 BODY[HEADER.FIELDS (A B)] ',
        ' InternalDate " 1-Feb-2024 10:00:00 +0100" rfc822.size 12)',
      ],
      literals: [Buffer.from('A: b')],
    };
    expect(parseFetch(new ResponseCursor(line))).toEqual({
      uid: 7,
      flags: ['$x', 'Work', '\\Seen'],
      date: new Date('2024-02-01T09:00:00Z'),
      size: 12,
      modseq: '12',
      body: Buffer.from('A: b'),
    });
    expect(parseFetchBeginning({ texts: ['* 3 FETCH (UID 9 FLAGS (\\Seen) BODY[] '], literals: [] })).toMatchObject({
      uid: 9,
      flags: ['\\Seen'],
    });
    expect(parseFetchBeginning({ texts: ['* 3 FETCH (BODY[] '], literals: [] })).toMatchObject({ uid: undefined });
    expect(parseFetchBeginning({ texts: ['* LIST () "/" '], literals: [] })).toBeUndefined();
  });

  test('response codes', () => {
    expect(parseStatusText('[APPENDUID 1 2:3] done')).toEqual({
      code: { name: 'APPENDUID', args: '1 2:3' },
      text: 'done',
    });
    expect(parseStatusText('[trycreate] no')).toEqual({ code: { name: 'TRYCREATE', args: '' }, text: 'no' });
    expect(parseStatusText('[broken')).toEqual({ code: undefined, text: '[broken' });
  });
});

describe('modified UTF-7', () => {
  test('known names', () => {
    for (const [name, wire] of [
      ['Entwürfe', 'Entw&APw-rfe'],
      ['台北/日本語', '&U,BTFw-/&ZeVnLIqe-'],
      ['R&D', 'R&-D'],
      ['🎉', '&2DzfiQ-'],
      ['&AOQ-', '&-AOQ-'],
    ] as const) {
      expect(encodeModifiedUtf7(name)).toBe(wire);
      expect(decodeModifiedUtf7(wire)).toBe(name);
    }
  });

  test('every name comes back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        const wire = encodeModifiedUtf7(name);
        expect(wire).toMatch(/^[\x20-\x7e]*$/);
        expect(decodeModifiedUtf7(wire)).toBe(name);
      }),
    );
  });

  test('what is no encoding of a name is told apart', () => {
    for (const wire of ['&', 'a&b', '&AOQ', '&AA-', '&AGE-', '&2Dw-', 'ä', '&-&', '&AOQ-&AOQ-'])
      expect(decodeModifiedUtf7(wire), wire).toBeUndefined();
    fc.assert(
      fc.property(fc.stringMatching(/^[&A-Za-z,+/-]{0,12}$/), (wire) => {
        const name = decodeModifiedUtf7(wire);
        if (name !== undefined) expect(encodeModifiedUtf7(name)).toBe(wire);
      }),
    );
  });
});

describe('UID sets', () => {
  test('format and parse give the same numbers, each once, in sets that are short enough', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 5000 }), { maxLength: 400 }), (uids) => {
        const sets = formatUidSets(uids, 60);
        for (const set of sets) expect(set.length).toBeLessThanOrEqual(60);
        const back = sets.flatMap((set) => expandUidSet(parseUidSet(set) ?? [], 10_000) ?? []);
        expect(back).toEqual([...new Set(uids)].sort((a, b) => a - b));
      }),
    );
  });

  test('hostile sets', () => {
    expect(expandUidSet(parseUidSet('1:4294967295') ?? [], 1000)).toBeUndefined();
    expect(countUids(parseUidSet('5:3,9') ?? [])).toBe(4);
    for (const set of ['', '0', '*', '1:*', '1,,2', 'a', '4294967296', '-1', '1:2:3'])
      expect(parseUidSet(set), set).toBeUndefined();
  });
});

describe('dates', () => {
  test('the form of RFC 9051, in UTC, with a day of two characters', () => {
    expect(formatInternalDate(new Date('2024-01-01T00:00:00Z'))).toEqual({
      text: ' 1-Jan-2024 00:00:00 +0000',
      clamped: false,
    });
    expect(parseInternalDate('31-Dec-1999 23:59:59 -0130')).toEqual(new Date('2000-01-01T01:29:59Z'));
    for (const text of ['', 'yesterday', '1-Foo-2024 00:00:00 +0000', '1-Jan-24 00:00:00 +0000'])
      expect(parseInternalDate(text), text).toBeUndefined();
  });

  test('whatever the date, what is sent is a date that servers take', () => {
    fc.assert(
      fc.property(fc.date(), (date) => {
        const formatted = formatInternalDate(date);
        if (Number.isNaN(date.getTime())) {
          expect(formatted).toBeUndefined();
          return;
        }
        expect(formatted?.text).toMatch(/^[ 123]\d-[A-Z][a-z]{2}-(?:19[7-9]|20[0-3])\d \d\d:\d\d:\d\d \+0000$/);
        const back = parseInternalDate(formatted?.text ?? '')?.getTime();
        const kept = Math.min(Math.max(date.getTime(), EARLIEST_DATE), LATEST_DATE);
        expect(back).toBe(Math.floor(kept / 1000) * 1000);
      }),
    );
  });
});

describe('flags and strings', () => {
  test('only atoms are sent', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (flag) => {
        const valid = validFlag(flag);
        if (valid === undefined) return;
        expect(valid.replace(/^\\/, '')).toMatch(/^[!-~]{1,50}$/);
        expect(valid.replace(/^\\/, '')).not.toMatch(/[(){%*"\\\]]/);
      }),
      { numRuns: 1000 },
    );
    for (const flag of [
      '\\Recent',
      '\\*',
      '\\Bogus',
      '',
      'a b',
      'a)',
      '(a',
      'a{3}',
      'a]',
      'a"',
      'a\r\nb',
      'k'.repeat(51),
      'ä',
    ])
      expect(validFlag(flag), flag).toBeUndefined();
    for (const flag of ['$Label1', 'NonJunk', 'a.b:c', '+x', '[x', '-', '|', '~a', '}'])
      expect(validFlag(flag), flag).toBe(flag);
    expect(validFlag('\\SEEN')).toBe('\\Seen');
    expect(canonicalFlags(['b', '\\SEEN', '\\Recent', 'a', 'b'])).toEqual(['\\Seen', 'a', 'b']);
  });

  test('quoted strings hold no line end, NUL or 8-bit byte', () => {
    expect(quoted('a "b" \\', false)).toBe('"a \\"b\\" \\\\"');
    for (const text of ['a\r', 'a\nb', '\0', '\x80', 'x'.repeat(2000)]) expect(quoted(text, false)).toBeUndefined();
    expect(quoted('\xc3\xa4', true)).toBe('"\xc3\xa4"');
  });
});
