import { escapeText } from '@sterna/content';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { blockIn, MOST_NOTES, notesWith } from '../../src/tasks/notes-block.ts';

const stamp = {
  installation: '0011aabb',
  state: 'whole',
  digest: Buffer.alloc(16, 7),
  send: '0123456789abcdef',
} as const;
const text = fc
  .string({ unit: fc.constantFrom('a', ' ', '-', '\\', ',', ';', ':', 'ü', '🎂', '\n') })
  .map((one) => one.replace(/\n+$/, ''));

test('whatever is put behind notes is found there again, and the notes as they were', () => {
  fc.assert(
    fc.property(text, text, (notes, value) => {
      const properties = [{ group: undefined, name: 'X-ODD', parameters: [], value: escapeText(value) }];
      const whole = notesWith(notes, { uid: 'a@b', properties, components: [], stamp }) as string;
      const found = blockIn(whole);
      expect(found.text).toBe(notes);
      expect(found.block).toEqual({ uid: 'a@b', properties, components: [], stamp });
    }),
  );
});

test('what people wrote over it is theirs', () => {
  const whole = notesWith('mine', { uid: 'a@b', properties: [], components: [], stamp }) as string;
  expect(blockIn(whole.replace('UID:a@b', 'rewritten by somebody')).block).toBeUndefined();
  expect(blockIn('no block at all')).toEqual({ text: 'no block at all', block: undefined });
});

test('it fits, or it is told that it does not', () => {
  expect(notesWith('x'.repeat(MOST_NOTES), { uid: 'a', properties: [], components: [], stamp })).toBeUndefined();
});
