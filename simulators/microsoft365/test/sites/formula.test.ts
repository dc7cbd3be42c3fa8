import { describe, expect, it } from 'vitest';
import { evaluate } from '../../src/sites/formula.ts';

describe('A formula', () => {
  it.each([
    ['=[Amount]*2', 8],
    ['=[Title]&" ("&[Amount]&")"', 'Fire (4)'],
    ['=Amount+1.5', 5.5],
    ['="a ""quoted"" text"', 'a "quoted" text'],
    ['=[Nothing]', undefined],
    ['=[Title]*2', undefined],
  ])('%s', (formula, expected) => {
    const values: Record<string, unknown> = { Title: 'Fire', Amount: 4 };
    expect(evaluate(formula, (name) => values[name])).toBe(expected);
  });
});
