import fc from 'fast-check';
import { expect, test } from 'vitest';
import { labelsBefore, type Step } from '../../src/mail/history.ts';
import { RawMessage } from '../../src/mail/raw-message.ts';

async function read(answer: Buffer, cuts: readonly number[]): Promise<{ body: Buffer; message: unknown }> {
  const at = [0, ...cuts.map((cut) => cut % (answer.length + 1)).sort((a, b) => a - b), answer.length];
  const raw = new RawMessage(
    (async function* () {
      for (let n = 1; n < at.length; n += 1) yield answer.subarray(at[n - 1], at[n]);
    })(),
  );
  const chunks: Buffer[] = [];
  for await (const chunk of raw.body()) chunks.push(chunk);
  return { body: Buffer.concat(chunks), message: raw.message() };
}

test('a message comes out byte by byte, however its answer is cut and ordered', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ maxLength: 200 }),
      fc.array(fc.nat(), { maxLength: 12 }),
      fc.string(),
      fc.boolean(),
      fc.boolean(),
      async (bytes, cuts, snippet, isFirst, isPadded) => {
        const text = Buffer.from(bytes).toString('base64url');
        const raw = isPadded ? text.padEnd(Math.ceil(text.length / 4) * 4, '=') : text;
        const rest = { id: '1', snippet: `${snippet}"raw": "`, labelIds: ['INBOX'] };
        const answer = Buffer.from(JSON.stringify(isFirst ? { raw, ...rest } : { ...rest, raw }, null, 2));
        const { body, message } = await read(answer, cuts);
        expect(body.equals(Buffer.from(bytes))).toBe(true);
        expect(message).toMatchObject(rest);
      },
    ),
  );
});

test('half an answer is no message', async () => {
  await expect(read(Buffer.from('{"id":"1","raw":"aGVs'), [])).rejects.toMatchObject({ class: 'transient' });
});

test('labels before a run of changes are those that it began with', () => {
  const label = fc.constantFrom('A', 'B', 'C', 'D');
  const change = fc.record({ isAdded: fc.boolean(), label });
  fc.assert(
    fc.property(fc.uniqueArray(label), fc.array(change), (start, changes) => {
      const labels = new Set(start);
      const steps: Step[] = [];
      for (const { isAdded, label: id } of changes) {
        // What has no effect leaves no record.
        if (labels.has(id) === isAdded) continue;
        if (isAdded) labels.add(id);
        else labels.delete(id);
        steps.push({ type: isAdded ? 'labelled' : 'unlabelled', changed: [id], labelIds: [...labels] });
      }
      expect([...(labelsBefore(steps, labels) as ReadonlySet<string>)].sort()).toEqual([...start].sort());
      expect(labelsBefore([{ type: 'added', labelIds: start }, ...steps], labels)).toBeUndefined();
    }),
  );
});
