import { describe, expect, test } from 'vitest';
import { BOX, mime, useBench } from './support.ts';

const bench = useBench();
const LABELS = `${BOX}/labels`;

describe('labels', () => {
  test('are Gmail’s own and the user’s, which are made, changed and deleted', async () => {
    const { alice } = bench;
    const names = async () => (await alice('GET', LABELS)).json.labels.map(({ name }: { name: string }) => name);
    expect(await names()).toContain('INBOX');
    const made = await alice('POST', LABELS, { name: 'Projects/Übersicht', labelListVisibility: 'labelHide' });
    expect(made.json).toEqual({
      id: expect.stringMatching(/^Label_\d+$/),
      name: 'Projects/Übersicht',
      labelListVisibility: 'labelHide',
      messageListVisibility: 'show',
      type: 'user',
    });
    const path = `${LABELS}/${made.json.id}`;
    const color = { textColor: '#ffffff', backgroundColor: '#16a766' };
    await alice('PATCH', path, { color });
    expect((await alice('GET', path)).json).toMatchObject({ name: 'Projects/Übersicht', color, messagesTotal: 0 });
    expect((await alice('PUT', path, { name: 'Renamed' })).json).toEqual({
      id: made.json.id,
      name: 'Renamed',
      type: 'user',
    });
    expect((await alice('DELETE', path)).status).toBe(204);
    expect(await names()).not.toContain('Renamed');
  });

  test.each(['INBOX', 'sent', 'All Mail', 'a//b', '/a', 'a/', 'a/ b', '', 'x'.repeat(226)])(
    'cannot be called %j',
    async (name) => {
      const { status, json } = await bench.alice('POST', LABELS, { name });
      expect([status, json.error.errors[0].reason]).toEqual([400, 'invalidArgument']);
    },
  );

  test('have names of their own, whatever their case', async () => {
    await bench.alice('POST', LABELS, { name: 'Taken' });
    const { status, json } = await bench.alice('POST', LABELS, { name: 'tAKEN' });
    expect([status, json.error.status, json.error.message]).toEqual([409, 'ABORTED', 'Label name exists or conflicts']);
  });

  test('have only colors of the palette, both or none', async () => {
    const paint = async (color: object) =>
      (await bench.alice('POST', LABELS, { name: 'Painted', color })).json.error.message;
    expect(await paint({ textColor: '#123456', backgroundColor: '#000000' })).toContain(
      'not on the allowed color palette',
    );
    expect(await paint({ textColor: '#000000' })).toContain('required');
  });

  test('of Gmail stay as they are', async () => {
    expect((await bench.alice('DELETE', `${LABELS}/INBOX`)).status).toBe(400);
    expect((await bench.alice('PATCH', `${LABELS}/INBOX`, { name: 'In' })).status).toBe(400);
  });

  test('go from their messages when they are deleted, and count those that they are on', async () => {
    const { alice, box } = bench;
    const id = box.put(['INBOX', 'UNREAD', 'Passing'], mime({ id: 'passing@x' }));
    const label = (await alice('GET', LABELS)).json.labels.find(({ name }: { name: string }) => name === 'Passing');
    expect((await alice('GET', `${LABELS}/${label.id}`)).json).toMatchObject({
      messagesTotal: 1,
      messagesUnread: 1,
      threadsTotal: 1,
    });
    await alice('DELETE', `${LABELS}/${label.id}`);
    expect(box.message(id)?.labels).toEqual(['INBOX', 'UNREAD']);
    expect(
      (await alice('POST', `${BOX}/messages/${id}/modify`, { addLabelIds: [label.id] })).json.error.message,
    ).toContain('Invalid label');
  });

  test('have a limit', async () => {
    const { alice } = await bench.other({ gmailLabelLimit: 1 });
    expect((await alice('POST', LABELS, { name: 'one' })).status).toBe(200);
    expect((await alice('POST', LABELS, { name: 'two' })).status).toBe(400);
  });
});
