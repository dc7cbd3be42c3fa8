import { canonicalFlags } from '@sterna/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { flagsOf, stateChange, stateOfNew } from '../../src/mail/flags.ts';
import { toGraph } from '../../src/mail/to-graph.ts';
import { displayNameOf, foldedName } from '../../src/outlook/folder-names.ts';

const mail = (header: string, body = 'text\r\n'): Buffer => Buffer.from(`${header}\r\n\r\n${body}`, 'utf8');
const propertiesOf = async (...args: Parameters<typeof toGraph>) =>
  new Map((await toGraph(...args)).fields.singleValueExtendedProperties.map(({ id, value }) => [id, value]));

describe('a message as Graph makes it', () => {
  const raw = mail(
    'From: "A, B" <a@example.org>\r\nTo: team: x@example.org, y@example.org;\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n' +
      'Date: Tue, 05 Mar 2024 10:00:00 +0100\r\nMessage-ID: <1@example.org>\r\nIn-Reply-To: <0@example.org>\r\nX-Priority: 1',
  );

  test('has its dates, its state and its thread from the start', async () => {
    const properties = await propertiesOf(raw, ['\\Answered', '\\Seen'], new Date('2024-03-06T07:08:09.999Z'));
    expect(properties.get('Integer 0x0E07')).toBe('1');
    expect(properties.get('SystemTime 0x0E06')).toBe('2024-03-06T07:08:09Z');
    expect(properties.get('SystemTime 0x0039')).toBe('2024-03-05T09:00:00Z');
    expect(properties.get('Integer 0x1081')).toBe('102');
    expect(properties.get('String 0x1042')).toBe('<0@example.org>');
    expect(properties.get('String 0x007D')).toContain('Message-ID: <1@example.org>');
  });

  test('says where its date or one of its authors is lost', async () => {
    const codes = async (header: string) =>
      (await toGraph(mail(`${header}\r\nMessage-ID: <1@example.org>`), [], new Date())).notes.map(({ code }) => code);
    const date = 'Date: Tue, 05 Mar 2024 10:00:00 +0100';
    expect(await codes(`From: a@example.org\r\n${date}`)).toEqual([]);
    expect(await codes('From: a@example.org')).toEqual(['sent-date-added']);
    expect(await codes('From: a@example.org\r\nDate: some day')).toEqual(['date-dropped']);
    expect(await codes(`From: a@example.org, b@example.org\r\n${date}`)).toEqual(['author-dropped']);
    const { notes } = await toGraph(mail(`From: a@example.org\r\n${date}`), [], new Date());
    expect(notes.map(({ code }) => code)).toEqual(['message-id-added']);
  });

  test.each([
    ['that says nothing', '', 'Grüße'],
    ['that claims to be ASCII', 'Content-Type: text/plain; charset=us-ascii', 'Grüße'],
    ['in UTF-8', 'Content-Type: text/plain; charset=utf-8', 'Grüße'],
    // Whoever says Latin-1 means it, whatever it looks like.
    ['in Latin-1', 'Content-Type: text/plain; charset=iso-8859-1', 'GrÃ¼ÃŸe'],
  ])('text %s is read as it was meant', async (_, header, shown) => {
    const raw = mail(['From: a@example.org', header].filter(Boolean).join('\r\n'), 'Grüße\r\n');
    expect((await toGraph(raw, [], undefined)).fields.body).toMatchObject({
      content: expect.stringMatching(`^${shown}`),
    });
  });

  test('a subject in Latin-1 bytes, and a file in bytes of its own, come as they are', async () => {
    const latin = Buffer.from('From: a@example.org\r\nSubject: Gr\xfc\xdfe\r\n an alle\r\n\r\ntext\r\n', 'latin1');
    expect((await toGraph(latin, [], undefined)).fields).toMatchObject({ subject: 'Grüße an alle' });
    const bytes = '\x00\xff\r\nand\r\n\r\nmore';
    const binary = Buffer.from(
      'From: a@example.org\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: image/png; name=p.png\r\n' +
        `Content-Disposition: attachment\r\nContent-Transfer-Encoding: binary\r\n\r\n${bytes}\r\n--b--\r\n`,
      'latin1',
    );
    const [file] = (await toGraph(binary, [], undefined)).attachments;
    expect(file?.content.toString('latin1')).toBe(bytes);
  });

  test('is a draft only where it was one', async () => {
    const unsent = async (flags: string[]) =>
      Number((await propertiesOf(raw, flags, undefined)).get('Integer 0x0E07')) & 8;
    expect(await unsent(['\\Seen'])).toBe(0);
    expect(await unsent([])).toBe(0);
    expect(await unsent(['\\Draft'])).toBe(8);
  });

  test('names people, groups taken apart, and keeps its importance', async () => {
    const { fields } = await toGraph(raw, [], undefined);
    expect(fields).toMatchObject({
      subject: 'Grüße',
      from: { emailAddress: { name: 'A, B', address: 'a@example.org' } },
      toRecipients: [{ emailAddress: { address: 'x@example.org' } }, { emailAddress: { address: 'y@example.org' } }],
      importance: 'high',
      internetMessageId: '<1@example.org>',
    });
  });

  test('never asks anybody for a receipt', async () => {
    const { fields } = await toGraph(
      mail('From: a@example.org\r\nDisposition-Notification-To: a@example.org'),
      [],
      undefined,
    );
    expect(Object.keys(fields).filter((name) => /receipt/i.test(name))).toEqual([]);
  });

  test('without a From it has none, instead of the mailbox’s owner', async () => {
    expect((await toGraph(mail('Subject: alone'), [], undefined)).fields).toMatchObject({ from: null, sender: null });
  });

  test.each([
    [
      'multipart/signed; micalg=sha-256; protocol="application/pkcs7-signature"; boundary=b',
      '--b\r\n\r\nhello\r\n--b\r\nContent-Type: application/pkcs7-signature; name=smime.p7s\r\n\r\nx\r\n--b--\r\n',
    ],
    ['application/pkcs7-mime; smime-type=enveloped-data', 'AAAA'],
    ['multipart/mixed; boundary="nowhere"', 'only this'],
    ['text/plain', 'x'.repeat(3_000_000)],
    ['text/plain; charset=utf-8', '\0'],
  ])('%s: the original is attached, byte by byte, and said so', async (type, body) => {
    const sealed = mail(
      `From: a@example.org\r\nDate: Tue, 05 Mar 2024 10:00:00 +0100\r\nMessage-ID: <1@example.org>\r\nContent-Type: ${type}`,
      body,
    );
    const { attachments, notes } = await toGraph(sealed, [], undefined);
    expect(attachments.map(({ name }) => name)).toEqual(['Original message.eml']);
    expect(attachments[0]?.content.equals(sealed)).toBe(true);
    expect(notes.map(({ code }) => code)).toEqual(['original-attached']);
  });

  test('a picture in the text is inline under its id; a message in a message is a file of its bytes', async () => {
    const inner = 'From: b@example.org\r\nSubject: inner\r\n\r\nhello\r\n';
    const { attachments } = await toGraph(
      mail(
        'From: a@example.org\r\nContent-Type: multipart/mixed; boundary=m',
        '--m\r\nContent-Type: multipart/related; boundary=r\r\n\r\n--r\r\nContent-Type: text/html\r\n\r\n<img src="cid:p@x">\r\n' +
          '--r\r\nContent-Type: image/png; name=p.png\r\nContent-ID: <p@x>\r\nContent-Transfer-Encoding: base64\r\n\r\nAAEC\r\n--r--\r\n' +
          `--m\r\nContent-Type: message/rfc822\r\n\r\n${inner}--m--\r\n`,
      ),
      [],
      undefined,
    );
    expect(attachments).toMatchObject([
      { name: 'p.png', contentId: 'p@x', isInline: true, contentType: 'image/png' },
      { contentType: 'message/rfc822', isInline: false },
    ]);
    expect(attachments[1]?.content.toString()).toContain('Subject: inner\r\n\r\nhello');
  });

  test('whatever the bytes, flags and date: fields that JSON and MAPI can hold', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 400 }),
        fc.array(fc.string({ unit: 'binary', maxLength: 20 }), { maxLength: 5 }),
        fc.date({ noInvalidDate: false }),
        async (bytes, flags, date) => {
          const { fields, notes } = await toGraph(Buffer.from(bytes), flags, date);
          const json = JSON.stringify(fields);
          expect(json).not.toContain('\\u0000');
          expect(json.isWellFormed()).toBe(true);
          for (const { text } of notes) expect(text).toMatch(/^[^\p{Cc}]+$/u);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('flags', () => {
  const flag = fc.constantFrom('\\Seen', '\\Flagged', '\\Answered', 'Work', 'two words', '$Label1');
  /** As Graph would tell it after a create or a change. */
  const asTold = (fields: ReturnType<typeof stateOfNew>) => flagsOf(fields);

  test('what is written is what is read', () => {
    fc.assert(
      fc.property(fc.uniqueArray(flag), (flags) => {
        expect(asTold(stateOfNew(flags, []))).toEqual(canonicalFlags(flags));
      }),
    );
  });

  test('a difference changes what it names and nothing else', () => {
    fc.assert(
      fc.property(fc.uniqueArray(flag), fc.uniqueArray(flag), fc.uniqueArray(flag), (now, add, removed) => {
        const remove = removed.filter((one) => !add.includes(one));
        const before = stateOfNew(now, []);
        const change = stateChange(add, remove, before.categories ?? [], []);
        const expected = [...now.filter((one) => !remove.includes(one)), ...add];
        expect(asTold({ ...before, ...change })).toEqual(canonicalFlags(expected));
      }),
    );
  });
});

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROLS = /[\x00-\x1f\x7f]/;

describe('names of folders', () => {
  test('two names never become one, and Exchange can hold each', () => {
    const name = fc.string({ unit: 'binary', minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(name, name, (a, b) => {
        const [one, two] = [displayNameOf(a, []), displayNameOf(b, [])];
        for (const shown of [one, two]) {
          expect(shown).not.toMatch(CONTROLS);
          expect(shown.length).toBeLessThanOrEqual(255);
          expect(shown.trim()).not.toBe('');
        }
        if (a !== b) expect(one).not.toBe(two);
      }),
    );
  });

  test('a slash stays, and so does what is no trouble', () => {
    const notes: never[] = [];
    for (const name of ['a/b', 'Büro & Größe', '請求書', 'two  spaces', '..', 'R&D'])
      expect([name, '^2E.', '.^2E']).toContain(displayNameOf(name, notes));
    expect(foldedName('ARCHIV')).toBe(foldedName('Archiv'));
  });
});
