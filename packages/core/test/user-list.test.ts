import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entryKey, formatCsv, formatUserList, parseCsv, readCell, readUserList, SternaError } from '../src/index.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const read = (text: string, live?: ReadonlySet<string>) => readUserList(bytes(text), live);
const refusal = (run: () => unknown): SternaError => {
  try {
    run();
  } catch (error) {
    if (error instanceof SternaError) return error;
    throw error;
  }
  throw new Error('not refused');
};

describe('CSV', () => {
  it('reads back what it writes, whatever is in the fields', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.string(), { minLength: 2, maxLength: 5 }), { minLength: 1, maxLength: 5 }),
        (rows) => {
          // Blank lines are no records; the reader finds the delimiter by the first line.
          const table = [['a', 'b'], ...rows.map((row) => ['x', ...row])];
          expect(parseCsv(formatCsv(table)).map(({ fields }) => fields.map(readCell))).toEqual(table);
        },
      ),
    );
  });

  it('counts lines through quotes, CRLF, CR and blank lines', () => {
    expect(parseCsv('a,b\r\n"x\r\ny",1\n\n"q""q",2\r')).toEqual([
      { line: 1, fields: ['a', 'b'] },
      { line: 2, fields: ['x\r\ny', '1'] },
      { line: 5, fields: ['q"q', '2'] },
    ]);
    expect(parseCsv('sep=;\na;b\n1;')).toEqual([
      { line: 2, fields: ['a', 'b'] },
      { line: 3, fields: ['1', ''] },
    ]);
  });

  it('names the line of a quote that never ends', () => {
    expect(refusal(() => parseCsv('a\nb\n"c\nd'))).toMatchObject({ code: 'csv-quote', line: 3 });
    expect(refusal(() => parseCsv('a\n"b"c')).line).toBe(2);
  });

  it('keeps spreadsheets from running a field', () => {
    expect(formatCsv([['=cmd()', '+1', 'plain', 1]])).toBe("'=cmd(),'+1,plain,1\r\n");
  });
});

describe('user list', () => {
  it('reads commas, Excel’s semicolons with a byte order mark, and tabs', () => {
    for (const [delimiter, mark] of [
      [',', ''],
      [';', '\ufeff'],
      ['\t', '\ufeff'],
    ] as const) {
      const text = `${mark}SourceAddress,TargetAddress,Batch\r\na@x.org,b@y.org,wave 1\r\n`.replaceAll(',', delimiter);
      expect(read(text)).toMatchObject({
        problems: [],
        lines: [
          {
            line: 2,
            itemType: 'mailbox',
            sourceAddress: 'a@x.org',
            targetAddress: 'b@y.org',
            batch: 'wave 1',
            merge: false,
          },
        ],
      });
    }
  });

  it('takes other tools’ columns', () => {
    const { lines } = read('FirstName;LastName;SourceEmail;TargetEmail;BatchName\nÉva;Ö;a@x;b@y;w\n');
    expect(lines).toMatchObject([{ displayName: 'Éva Ö', sourceAddress: 'a@x', targetAddress: 'b@y', batch: 'w' }]);
  });

  it('keeps passwords as they are typed', () => {
    expect(read('SourceAddress,SourcePassword\na@x," =p;""w "\n').lines[0]?.sourcePassword).toBe(' =p;"w ');
  });

  it('refuses a file as a whole: encoding, unknown, missing and repeated columns', () => {
    const utf16 = new Uint8Array([0xff, 0xfe, 0x53, 0, 0x6f, 0]);
    expect(refusal(() => readUserList(utf16))).toMatchObject({
      code: 'csv-encoding',
      fix: expect.stringContaining('UTF-8'),
    });
    expect(refusal(() => readUserList(utf16.slice(2))).message).toContain('UTF-16');
    const latin1 = new Uint8Array([...bytes('SourceAddress\na@x\n'), 0xe9, 0x0a]);
    expect(refusal(() => readUserList(latin1))).toMatchObject({ code: 'csv-encoding', line: 3 });
    expect(refusal(() => read('SourceAddress,Colour\n'))).toMatchObject({
      code: 'csv-unknown-column',
      field: 'Colour',
      line: 1,
    });
    expect(refusal(() => read('TargetAddress\nx')).code).toBe('csv-missing-column');
    expect(refusal(() => read('SourceAddress,Source\n')).code).toBe('csv-column-twice');
    expect(refusal(() => read('')).code).toBe('csv-empty');
  });

  it('collects every problem of every line with line and column', () => {
    const text = [
      'ItemType,SourceAddress,TargetAddress,License,Merge',
      'mailbox,a@x,b@y,,',
      'phone,c@x,d@y,,',
      'mailbox,,e@y,,maybe',
      'mailbox,A@X,B@Y,,',
      'mailbox,live@x,live@y,,',
      'mailbox,f@x,g@y,file,',
      'mailbox,h@x,i@y,gold,',
      'mailbox,j@x,k@y,,,,extra',
      'mailbox,a@x,b@y,trial,yes',
    ].join('\n');
    const live = new Set([entryKey({ itemType: 'mailbox', sourceAddress: 'Live@x', targetAddress: 'live@y' })]);
    const { lines, problems } = read(text, live);
    expect(problems.map(({ line, column, code }) => `${line} ${column} ${code}`)).toEqual([
      '3 ItemType csv-bad-value',
      '4 SourceAddress csv-bad-value',
      '4 Merge csv-bad-value',
      '5 SourceAddress csv-duplicate',
      '6 SourceAddress csv-duplicate',
      '7 License csv-bad-value',
      '8 License csv-bad-value',
      '9 undefined csv-too-many-fields',
    ]);
    expect(lines.map(({ line, license }) => [line, license])).toEqual([
      [2, undefined],
      [10, 'trial'],
    ]);
    expect(problems[3]?.message).toContain('line 2');
  });

  it('writes no secrets and reads its own output', () => {
    const entry = {
      itemType: 'mailbox',
      sourceAddress: '=a@x',
      targetAddress: 'b;@y',
      displayName: 'D "q"',
      batch: undefined,
      merge: true,
    } as const;
    const csv = formatUserList([entry]);
    expect(csv.split('\r\n')[0]).toBe('ItemType,SourceAddress,TargetAddress,DisplayName,Batch,Merge');
    expect(read(csv)).toMatchObject({ problems: [], lines: [entry] });
  });
});

it('columns of single servers, in any spelling: what is empty is not there, passwords are as typed', () => {
  const { lines, problems } = readUserList(
    new TextEncoder().encode(
      'SourceAddress,Source CalDAV User,sourcecaldavpassword,TARGET_CARDDAV_ADDRESS,SourceImapUser\nada, ada-cal , p w ,ada@new,\nbo,,,,\n',
    ),
  );
  expect(problems).toEqual([]);
  expect(lines.map(({ sourceParts, targetParts }) => ({ sourceParts, targetParts }))).toEqual([
    {
      sourceParts: { caldav: { user: 'ada-cal', password: ' p w ' } },
      targetParts: { carddav: { address: 'ada@new' } },
    },
    { sourceParts: {}, targetParts: {} },
  ]);
});
