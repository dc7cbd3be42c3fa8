import { describe, expect, test } from 'vitest';
import { BOX, mime, raw, useBench } from './support.ts';

const bench = useBench();
const SETTINGS = `${BOX}/settings`;

describe('drafts', () => {
  test('are made, changed under the same id, listed, sent, deleted', async () => {
    const { alice, box } = bench;
    const made = await alice('POST', `${BOX}/drafts`, { message: raw({ subject: 'One', id: 'd1@x' }) });
    expect(made.json.message.labelIds).toEqual(['DRAFT']);
    const { id } = made.json;
    const changed = await alice('PUT', `${BOX}/drafts/${id}`, { message: raw({ subject: 'Two' }) });
    expect(changed.json).toMatchObject({ id, message: { threadId: made.json.message.threadId } });
    expect(changed.json.message.id).not.toBe(made.json.message.id);
    const list = await alice('GET', `${BOX}/drafts`);
    expect(list.json.drafts).toEqual([{ id, message: { id: changed.json.message.id, threadId: expect.any(String) } }]);
    const got = await alice('GET', `${BOX}/drafts/${id}?format=raw`);
    expect(Buffer.from(got.json.message.raw, 'base64url')).toEqual(mime({ subject: 'Two' }));
    const sent = await alice('POST', `${BOX}/drafts/send`, { id });
    expect(sent.json.labelIds).toEqual(['SENT']);
    expect(box.mailbox.sent.map(({ raw: bytes }) => bytes)).toEqual([mime({ subject: 'Two' })]);
    expect((await alice('GET', `${BOX}/drafts/${id}`)).status).toBe(404);
    const gone = (await alice('POST', `${BOX}/drafts`, { message: raw() })).json;
    expect((await alice('DELETE', `${BOX}/drafts/${gone.id}`)).status).toBe(204);
    expect(box.message(gone.message.id)).toBeUndefined();
  });

  test('come by upload too', async () => {
    const path = `/upload${BOX}/drafts?uploadType=media`;
    const { json } = await bench.alice('POST', path, mime({ subject: 'Up' }), { 'content-type': 'message/rfc822' });
    expect(bench.box.message(json.message.id)).toMatchObject({ isDraft: true, mime: mime({ subject: 'Up' }) });
    const text = await bench.alice('POST', path, 'x', { 'content-type': 'text/plain' });
    expect(text.json.error.message).toContain("Media type 'text/plain' is not supported");
  });
});

describe('settings', () => {
  test('filters are made and deleted, never changed, and go by labels that are there', async () => {
    const { alice, box } = bench;
    box.put(['Filtered'], mime());
    const label = [...box.mailbox.labels.values()].find(({ name }) => name === 'Filtered')?.id as string;
    const filter = {
      criteria: { from: 'news@x.example' },
      action: { addLabelIds: [label], removeLabelIds: ['INBOX'] },
    };
    const made = await alice('POST', `${SETTINGS}/filters`, filter);
    expect(made.json).toMatchObject(filter);
    expect((await alice('POST', `${SETTINGS}/filters`, filter)).status).toBe(409);
    expect(
      (await alice('POST', `${SETTINGS}/filters`, { ...filter, action: { addLabelIds: ['Label_1'] } })).status,
    ).toBe(400);
    const forward = { criteria: { to: 'x' }, action: { forward: 'out@elsewhere.example' } };
    expect((await alice('POST', `${SETTINGS}/filters`, forward)).json.error.status).toBe('FAILED_PRECONDITION');
    expect((await alice('GET', `${SETTINGS}/filters`)).json.filter).toEqual([made.json]);
    expect((await alice('GET', `${SETTINGS}/filters/${made.json.id}`)).json).toEqual(made.json);
    expect((await alice('DELETE', `${SETTINGS}/filters/${made.json.id}`)).status).toBe(204);
    expect((await alice('GET', `${SETTINGS}/filters`)).json).toEqual({});
  });

  test('signatures belong to addresses to send from', async () => {
    const { alice } = bench;
    const own = `${SETTINGS}/sendAs/alice@nordwind.example`;
    const signed = await alice('PATCH', own, { signature: '<b>A</b><script>x</script>' });
    expect(signed.json).toMatchObject({ isPrimary: true, isDefault: true, signature: '<b>A</b>' });
    const added = await alice('POST', `${SETTINGS}/sendAs`, {
      sendAsEmail: 'sales@elsewhere.example',
      displayName: 'Sales',
    });
    expect(added.json).toMatchObject({ verificationStatus: 'pending', isDefault: false });
    await alice('PATCH', `${SETTINGS}/sendAs/sales@elsewhere.example`, { isDefault: true });
    expect((await alice('GET', own)).json.isDefault).toBe(false);
    expect((await alice('GET', `${SETTINGS}/sendAs`)).json.sendAs).toHaveLength(2);
    expect((await alice('DELETE', own)).status).toBe(400);
    expect((await alice('DELETE', `${SETTINGS}/sendAs/sales@elsewhere.example`)).status).toBe(204);
  });

  test('the automatic reply needs words, and times in order', async () => {
    const { alice } = bench;
    const put = (body: object) => alice('PUT', `${SETTINGS}/vacation`, body);
    expect((await put({ enableAutoReply: true })).status).toBe(400);
    expect(
      (await put({ enableAutoReply: true, responseSubject: 'x', startTime: '2000', endTime: '1000' })).status,
    ).toBe(400);
    const reply = {
      enableAutoReply: true,
      responseSubject: 'Away',
      responseBodyPlainText: 'a',
      responseBodyHtml: '<p>b</p>',
      endTime: '1900000000000',
    };
    await put(reply);
    const { responseBodyPlainText: _, ...kept } = reply;
    expect((await alice('GET', `${SETTINGS}/vacation`)).json).toEqual({
      restrictToContacts: false,
      restrictToDomain: false,
      ...kept,
    });
  });

  test('delegates are people of the same domain; mail is forwarded to addresses that agreed', async () => {
    const { alice } = bench;
    const add = (delegateEmail: string) => alice('POST', `${SETTINGS}/delegates`, { delegateEmail });
    expect((await add('bjorn@nordwind.example')).json).toEqual({
      delegateEmail: 'bjorn@nordwind.example',
      verificationStatus: 'accepted',
    });
    expect((await add('bjorn@nordwind.example')).status).toBe(409);
    expect((await add('alice@lamna.example')).status).toBe(400);
    expect((await alice('GET', `${SETTINGS}/delegates`)).json.delegates).toHaveLength(1);
    const forward = (emailAddress: string) =>
      alice('PUT', `${SETTINGS}/autoForwarding`, { enabled: true, emailAddress, disposition: 'archive' });
    const agree = (forwardingEmail: string) => alice('POST', `${SETTINGS}/forwardingAddresses`, { forwardingEmail });
    await agree('out@elsewhere.example');
    expect((await forward('out@elsewhere.example')).status).toBe(400);
    await agree('bjorn@nordwind.example');
    expect((await forward('bjorn@nordwind.example')).json).toEqual({
      enabled: true,
      emailAddress: 'bjorn@nordwind.example',
      disposition: 'archive',
    });
    expect((await alice('PUT', `${SETTINGS}/imap`, { enabled: false })).json).toMatchObject({ enabled: false });
    expect((await alice('GET', `${SETTINGS}/language`)).json).toEqual({ displayLanguage: 'en' });
  });
});
