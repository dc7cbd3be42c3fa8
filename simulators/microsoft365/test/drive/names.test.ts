import fc from 'fast-check';
import { expect, test } from 'vitest';
import { freeName, nameFault, nameKey } from '../../src/drive/names.ts';

test.each([
  ['a.txt', undefined],
  ['#1 100% & more.txt', undefined],
  ['.hidden', undefined],
  ['', 'empty'],
  ['..', 'empty'],
  ['a:b', 'forbidden-character'],
  ['a/b', 'forbidden-character'],
  ['what?', 'forbidden-character'],
  ['tab\tname', 'control-character'],
  [' leading', 'outer-space'],
  ['trailing ', 'outer-space'],
  ['dot.', 'trailing-dot'],
  ['con', 'reserved'],
  ['LPT5', 'reserved'],
  ['COM10', undefined],
  ['Desktop.INI', 'reserved'],
  ['.lock', 'reserved'],
  ['~$plan.docx', 'reserved'],
  ['a_VTI_b.txt', 'reserved'],
  ['x'.repeat(255), undefined],
  ['x'.repeat(256), 'too-long'],
])('the file name %j: %s', (name, fault) => {
  expect(nameFault(name, false, true)).toBe(fault);
});

test('a folder can be called neither ~… anywhere, nor Forms in the root', () => {
  expect(nameFault('~temp', true, false)).toBe('reserved');
  expect(nameFault('~temp', false, false)).toBeUndefined();
  expect(nameFault('Forms', true, true)).toBe('reserved');
  expect(nameFault('Forms', true, false)).toBeUndefined();
});

test('a free name is new, keeps its extension, and is allowed when the taken one was', () => {
  const name = fc.stringMatching(/^[a-z]{1,8}(\.[a-z]{1,3})?$/);
  fc.assert(
    fc.property(name, fc.integer({ min: 1, max: 5 }), (taken, copies) => {
      const there = new Set([nameKey(taken)]);
      for (let i = 0; i < copies; i++) {
        const free = freeName(taken, (other) => there.has(nameKey(other)));
        expect(there.has(nameKey(free))).toBe(false);
        expect(free.split('.')[1]).toBe(taken.split('.')[1]);
        there.add(nameKey(free));
      }
    }),
  );
});
