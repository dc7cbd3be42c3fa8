import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mailboxFromId, mailboxIdFromWire } from '../src/mailbox-name.ts';
import type { ImapConnection } from '../src/protocol/connection.ts';
import { targetName } from '../src/target-names.ts';

const connection = (utf8: boolean) => ({ utf8 }) as ImapConnection;

function sent(id: string, utf8: boolean): string {
  const part = mailboxFromId(id).argument(connection(utf8));
  return typeof part === 'string'
    ? part.slice(1, -1).replace(/\\(.)/gs, '$1')
    : (part.body as Buffer).toString('latin1');
}

describe('mailbox names', () => {
  test('whatever a server calls a folder, it is called the same when asked for', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 30 }), fc.boolean(), (bytes, utf8) => {
        const wire = Buffer.from(bytes).toString('latin1');
        fc.pre(wire !== '' && wire.toUpperCase() !== 'INBOX');
        expect(sent(mailboxIdFromWire(wire, utf8), utf8)).toBe(wire);
      }),
      { numRuns: 500 },
    );
  });

  test('ids are readable, INBOX in any case is one', () => {
    expect(mailboxIdFromWire('Entw&APw-rfe/2021', false)).toBe('Entwürfe/2021');
    expect(mailboxIdFromWire('Entw\xc3\xbcrfe', true)).toBe('Entwürfe');
    expect(mailboxIdFromWire('inBox', false)).toBe('INBOX');
    expect(mailboxIdFromWire('caf\xe9', false)).toBe('raw-bytes:caf%E9');
  });

  test('a name with a line end can only be a literal', () => {
    expect(typeof mailboxFromId('a\r\nA1 DELETE INBOX').argument(connection(true))).toBe('object');
    expect(mailboxFromId('a\r\nA1 DELETE INBOX').argument(connection(false))).toBe('"a&AA0ACg-A1 DELETE INBOX"');
  });
});

describe('names for a target', () => {
  const slash = { prefix: '', separator: '/' };

  test('what can stay stays, what can’t gets a look-alike and a note', () => {
    expect(targetName(['Büro & Größe', 'a.b'], slash, false)).toEqual({ id: 'Büro & Größe/a.b', notes: [] });
    expect(targetName(['a/b'], slash, false)).toMatchObject({ id: 'a／b', notes: [{ code: 'folder-renamed' }] });
    expect(targetName(['a.b'], { prefix: 'INBOX.', separator: '.' }, false)?.id).toBe('INBOX.a．b');
    expect(targetName(['inbox'], { prefix: 'INBOX.', separator: '.' }, false)?.id).toBe('INBOX');
    expect(targetName(['INBOX', 'Sub'], { prefix: 'INBOX.', separator: '.' }, false)?.id).toBe('INBOX.Sub');
    expect(targetName(['Sent'], { prefix: 'INBOX.', separator: '.' }, false)?.id).toBe('INBOX.Sent');
    expect(targetName(['a', 'b'], { prefix: '', separator: undefined }, false)).toMatchObject({ id: 'a - b' });
    expect(targetName([''], slash, false)).toBeUndefined();
  });

  test('no separator or control character gets through, and two names of one length class stay two', () => {
    const name = fc.string({ unit: fc.constantFrom(...'ab./~%*& \u0000\r\n\u007f'), minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(name, name, fc.boolean(), (a, b, strictly) => {
        const one = targetName([a], slash, strictly)?.id ?? '';
        expect(one).not.toMatch(/[/\p{Cc}]/u);
        if (a !== b) expect(targetName([b], slash, strictly)?.id).not.toBe(one);
      }),
      { numRuns: 500 },
    );
    const [x, y] = ['x'.repeat(300), `${'x'.repeat(300)}y`].map((long) => targetName([long], slash, true)?.id);
    expect(x).not.toBe(y);
    expect(Buffer.byteLength(x ?? '')).toBeLessThan(200);
  });
});
