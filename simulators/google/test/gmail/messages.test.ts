import { describe, expect, test } from 'vitest';
import { BOX, mime, raw, useBench } from './support.ts';

const bench = useBench();
const MESSAGES = `${BOX}/messages`;
const DATE = Date.UTC(2003, 4, 5, 6, 7, 8);

async function add(how: 'import' | 'insert', body: object, query = '') {
  const path = how === 'import' ? `${MESSAGES}/import` : MESSAGES;
  return bench.alice('POST', `${path}${query}`, body);
}

describe('messages.insert', () => {
  test('keeps the bytes, is as new as it is unless the Date header counts, and joins no conversation', async () => {
    const first = await add('insert', { ...raw({ id: 'i1@x' }), labelIds: ['INBOX', 'SENT'] });
    const reply = await add(
      'insert',
      raw({ id: 'i2@x', references: '<i1@x>', subject: 'Re: Hello' }),
      '?internalDateSource=dateHeader',
    );
    expect(bench.box.message(first.json.id)).toMatchObject({
      mime: mime({ id: 'i1@x' }),
      internalDate: bench.clock.now(),
      labels: ['INBOX', 'SENT'],
    });
    expect(bench.box.message(reply.json.id)).toMatchObject({ internalDate: DATE, threadId: reply.json.id });
    // The same again is another message.
    expect((await add('insert', raw({ id: 'i1@x' }))).json.id).not.toBe(first.json.id);
  });

  test.each([
    ['nothing', {}, "'raw' RFC822"],
    ['no base64', { raw: '%%%' }, 'ByteString'],
    ['a label that is not there', { ...raw(), labelIds: ['Label_1'] }, 'Invalid label: Label_1'],
    ['a label that cannot be set', { ...raw(), labelIds: ['CHAT'] }, 'Invalid label: CHAT'],
    ['a draft', { ...raw(), labelIds: ['DRAFT'] }, 'Invalid label: DRAFT'],
  ])('takes no %s', async (_, body, words) => {
    const { status, json } = await add('insert', body);
    expect([status, json.error.message]).toEqual([400, expect.stringContaining(words)]);
  });

  test('puts a message into a conversation that is there, on demand', async () => {
    const first = await add('insert', raw({ id: 'c1@x' }));
    const second = await add('insert', { ...raw({ id: 'c2@x' }), threadId: first.json.threadId });
    expect(second.json.threadId).toBe(first.json.threadId);
    expect((await add('insert', { ...raw(), threadId: '18c0000000000001' })).status).toBe(404);
  });
});

describe('messages.import', () => {
  test('dates by the Date header, joins conversations, and puts a Received line before the bytes', async () => {
    const first = await add('import', raw({ id: 'm1@x', subject: 'Plan' }));
    const reply = await add('import', raw({ id: 'm2@x', references: '<m0@x> <m1@x>', subject: 'RE: Plan' }));
    const other = await add('import', raw({ id: 'm3@x', references: '<m1@x>', subject: 'Another matter' }));
    expect(reply.json.threadId).toBe(first.json.threadId);
    expect(other.json.threadId).not.toBe(first.json.threadId);
    const stored = bench.box.message(first.json.id);
    expect(stored?.internalDate).toBe(DATE);
    expect(stored?.labels).toEqual([]);
    const text = stored?.mime.toString() ?? '';
    expect(text.startsWith('Received: ')).toBe(true);
    expect(text.endsWith(mime({ id: 'm1@x', subject: 'Plan' }).toString())).toBe(true);
  });

  test('is as new as it is when the Date header cannot be read', async () => {
    const { json } = await add('import', raw({ id: 'undated@x', date: 'some day' }));
    expect(bench.box.message(json.id)?.internalDate).toBe(bench.clock.now());
  });

  test('keeps equal messages once, with the labels of both; others with the same Message-ID stay apart', async () => {
    const first = await add('import', { ...raw({ id: 'eq@x' }), labelIds: ['INBOX'] });
    const again = await add('import', { ...raw({ id: 'eq@x' }), labelIds: ['STARRED'] });
    const edited = await add('import', raw({ id: 'eq@x', body: 'Edited.' }));
    expect(again.json).toEqual({ ...first.json, labelIds: ['INBOX', 'STARRED'] });
    expect(edited.json.id).not.toBe(first.json.id);
    const bare = [await add('import', raw({})), await add('import', raw({}))];
    expect(new Set(bare.map(({ json }) => json.id)).size).toBe(2);
  });

  test('takes what was thrown away out of the trash, with the date that it had', async () => {
    const { json } = await add('import', raw({ id: 'trashed@x' }));
    await bench.alice('POST', `${MESSAGES}/${json.id}/trash`);
    const again = await add(
      'import',
      { ...raw({ id: 'trashed@x' }), labelIds: ['INBOX'] },
      '?internalDateSource=receivedTime',
    );
    expect(again.json).toMatchObject({ id: json.id, labelIds: ['INBOX'] });
    expect(bench.box.message(json.id)?.internalDate).toBe(DATE);
  });

  test('merges by Message-ID alone, or never, where that is assumed', async () => {
    for (const [gmailImportMerges, count] of [
      ['message-id', 1],
      ['never', 2],
    ] as const) {
      const { alice, box } = await bench.other({ gmailImportMerges });
      await alice('POST', `${MESSAGES}/import`, raw({ id: 'one@x' }));
      await alice(
        'POST',
        `${MESSAGES}/import`,
        raw({ id: 'one@x', body: gmailImportMerges === 'never' ? 'A text.\r\n' : 'Other.' }),
      );
      expect(box.messages()).toHaveLength(count);
    }
  });

  test('an insert merges as well where that is assumed, with the labels of both and the first one’s id', async () => {
    for (const [gmailInsertMerges, count] of [
      ['equal', 2],
      ['message-id', 1],
      ['never', 3],
    ] as const) {
      const { alice, box } = await bench.other({ gmailInsertMerges });
      const ids: string[] = [];
      for (const [body, label] of [
        ['One.\r\n', 'INBOX'],
        ['One.\r\n', 'STARRED'],
        ['Another.\r\n', 'INBOX'],
      ] as const) {
        const { json } = await alice('POST', MESSAGES, { ...raw({ id: 'one@x', body }), labelIds: [label] });
        ids.push(json.id);
      }
      expect(box.messages()).toHaveLength(count);
      expect(new Set(ids).size).toBe(count);
      if (count < 3) expect(box.message(ids[0] ?? '')?.labels.toSorted()).toEqual(['INBOX', 'STARRED']);
    }
  });

  test('finds spam unless it mustn’t, and sorts the inbox', async () => {
    const spam = { headers: 'X-Spam-Flag: YES' };
    const found = await add('import', { ...raw({ id: 's1@x', ...spam }), labelIds: ['INBOX'] });
    expect(found.json.labelIds).toEqual(['SPAM']);
    const spared = await add('import', { ...raw({ id: 's2@x', ...spam }), labelIds: ['INBOX'] }, '?neverMarkSpam=true');
    expect(spared.json.labelIds).toEqual(['INBOX']);
    const list = await add('import', {
      ...raw({ id: 's3@x', headers: 'List-Unsubscribe: <https://x.example>' }),
      labelIds: ['INBOX'],
    });
    expect(list.json.labelIds).toEqual(['INBOX', 'CATEGORY_PROMOTIONS']);
  });

  test.each([
    ['no From', 'To: a@b.example\r\n\r\nx', "Expected a single 'From' header"],
    ['two', 'From: a@b.example\r\nFrom: c@d.example\r\n\r\nx', "Expected a single 'From' header"],
    ['one that is no address', 'From: (unknown sender)\r\n\r\nx', 'Invalid From header'],
  ])('refuses %s', async (_, text, words) => {
    const { status, json } = await add('import', { raw: Buffer.from(text).toString('base64url') });
    expect([status, json.error.message]).toEqual([400, words]);
  });

  test('shows nothing of what is imported as deleted', async () => {
    const before = bench.box.messages().length;
    expect((await add('import', raw({ id: 'vault@x' }), '?deleted=true')).status).toBe(200);
    expect(bench.box.messages()).toHaveLength(before);
  });
});

describe('messages.get', () => {
  const parts =
    '--b\r\nContent-Type: text/plain; charset="iso-8859-1"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nGr=FC=DFe & <mehr>\r\n' +
    "--b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename*=utf-8''%C3%9Cbersicht.pdf\r\n" +
    'Content-Transfer-Encoding: base64\r\n\r\nAAEC\r\n--b--\r\n';
  const mail = {
    id: 'parts@x',
    subject: '=?utf-8?B?w5xiZXI=?=',
    headers: 'Content-Type: multipart/mixed; boundary=b',
    body: parts,
  };

  test('tells the parts of a message, and attachments on demand', async () => {
    const id = bench.box.put(['INBOX'], mime(mail), DATE);
    const { json } = await bench.alice('GET', `${MESSAGES}/${id}`);
    expect(json).toMatchObject({
      id,
      threadId: id,
      labelIds: ['INBOX'],
      internalDate: String(DATE),
      snippet: 'Grüße &amp; &lt;mehr&gt;',
    });
    expect(json.sizeEstimate).toBe(mime(mail).length);
    expect(json.payload.headers).toContainEqual({ name: 'Subject', value: 'Über' });
    const [text, file] = json.payload.parts;
    expect(Buffer.from(text.body.data, 'base64url').toString('latin1')).toBe('Grüße & <mehr>');
    expect(file).toMatchObject({
      partId: '1',
      filename: 'Übersicht.pdf',
      mimeType: 'application/pdf',
      body: { size: 3 },
    });
    const attachment = await bench.alice('GET', `${MESSAGES}/${id}/attachments/${file.body.attachmentId}`);
    expect(Buffer.from(attachment.json.data, 'base64url')).toEqual(Buffer.from([0, 1, 2]));
    // Another time it has another id, and that of another message leads nowhere.
    const again = (await bench.alice('GET', `${MESSAGES}/${id}`)).json.payload.parts[1].body.attachmentId;
    expect(again).not.toBe(file.body.attachmentId);
    const other = bench.box.put([], mime());
    expect((await bench.alice('GET', `${MESSAGES}/${other}/attachments/${again}`)).status).toBe(404);
  });

  test('tells less in other formats', async () => {
    const id = bench.box.put([], mime(mail), DATE);
    const get = async (query: string) => (await bench.alice('GET', `${MESSAGES}/${id}?${query}`)).json;
    expect((await get('format=minimal')).payload).toBeUndefined();
    expect(Buffer.from((await get('format=raw')).raw, 'base64url')).toEqual(mime(mail));
    const { payload } = await get('format=metadata&metadataHeaders=date&metadataHeaders=To');
    expect(payload.headers.map(({ name }: { name: string }) => name)).toEqual(['To', 'Date']);
    expect((await get('format=RAW')).error.code).toBe(400);
  });

  test('knows nothing of ids that are none, or of other people', async () => {
    expect((await bench.alice('GET', `${MESSAGES}/none`)).status).toBe(400);
    expect((await bench.alice('GET', '/gmail/v1/users/bjorn@nordwind.example/profile')).json.error).toMatchObject({
      code: 403,
      message: 'Delegation denied for alice@nordwind.example',
    });
    const alias = await bench.alice('GET', '/gmail/v1/users/ALICE@nordwind.example/profile');
    expect(alias.status).toBe(200);
  });
});

describe('changes', () => {
  test('add and remove labels, of one message or a thousand', async () => {
    const { alice, box } = bench;
    const ids = [box.put(['INBOX'], mime()), box.put(['INBOX', 'UNREAD'], mime())];
    const one = await alice('POST', `${MESSAGES}/${ids[0]}/modify`, {
      addLabelIds: ['STARRED'],
      removeLabelIds: ['INBOX'],
    });
    expect(one.json.labelIds).toEqual(['STARRED']);
    const all = { ids: [...ids, '18c0000000000000'], removeLabelIds: ['UNREAD'], addLabelIds: ['IMPORTANT'] };
    expect((await alice('POST', `${MESSAGES}/batchModify`, all)).status).toBe(204);
    expect(ids.map((id) => box.message(id)?.labels)).toEqual([
      ['STARRED', 'IMPORTANT'],
      ['INBOX', 'IMPORTANT'],
    ]);
    const many = { ids: Array(1001).fill(ids[0]), addLabelIds: ['STARRED'] };
    expect((await alice('POST', `${MESSAGES}/batchModify`, many)).status).toBe(400);
    expect((await alice('POST', `${MESSAGES}/${ids[0]}/modify`, { addLabelIds: ['SENT'] })).status).toBe(400);
    expect((await alice('POST', `${MESSAGES}/${ids[0]}/modify`, {})).status).toBe(400);
  });

  test('throw away, take back, and delete for good', async () => {
    const { alice, box } = bench;
    const id = box.put(['INBOX', 'UNREAD'], mime());
    expect((await alice('POST', `${MESSAGES}/${id}/trash`)).json.labelIds).toEqual(['UNREAD', 'TRASH']);
    expect((await alice('POST', `${MESSAGES}/${id}/untrash`)).json.labelIds).toEqual(['UNREAD']);
    expect((await alice('DELETE', `${MESSAGES}/${id}`)).status).toBe(204);
    expect((await alice('GET', `${MESSAGES}/${id}`)).status).toBe(404);
    const more = [box.put([], mime()), box.put([], mime())];
    expect((await alice('POST', `${MESSAGES}/batchDelete`, { ids: [...more, 'ffff'] })).status).toBe(204);
    expect(more.map((other) => box.message(other))).toEqual([undefined, undefined]);
  });

  test('of who has no Gmail are refused', async () => {
    const user = bench.server.domain('nordwind.example').named('alice');
    user.hasMailbox = false;
    const { status, json } = await bench.alice('GET', `${BOX}/profile`);
    user.hasMailbox = true;
    expect([status, json.error.status, json.error.message]).toEqual([
      400,
      'FAILED_PRECONDITION',
      'Mail service not enabled',
    ]);
  });
});
