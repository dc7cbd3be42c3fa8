import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalFlags, diffFlags, formatFlags, parseFlags } from '../src/index.ts';

const flag = fc.oneof(
  fc.constantFrom('\\Seen', '\\SEEN', '\\flagged', '\\Recent', '$Junk', '$junk', 'Foo', 'foo'),
  fc.string({ minLength: 1, maxLength: 8 }),
);

describe('message state', () => {
  it('is the same string whatever the order, the repetitions and the case of known flags', () => {
    expect(formatFlags(['\\seen', 'Work', '\\Recent', '$FORWARDED', '\\Seen'])).toBe('$Forwarded Work \\Seen');
    fc.assert(
      fc.property(fc.array(flag), (flags) => {
        const text = formatFlags(flags);
        expect(formatFlags([...flags].reverse().concat(flags))).toBe(text);
        expect(parseFlags(text)).toEqual(canonicalFlags(flags));
        expect(formatFlags(parseFlags(text))).toBe(text);
      }),
    );
  });

  it('differs by what to add and what to remove, and applying that gives the other', () => {
    expect(diffFlags(['\\Seen', 'a'], ['\\seen', 'b'])).toEqual({ add: ['b'], remove: ['a'] });
    expect(diffFlags(['Foo'], ['foo'])).toEqual({ add: [], remove: [] });
    fc.assert(
      fc.property(fc.array(flag), fc.array(flag), (base, now) => {
        const { add, remove } = diffFlags(base, now);
        const gone = new Set(remove.map((one) => one.toLowerCase()));
        const result = canonicalFlags(base)
          .filter((one) => !gone.has(one.toLowerCase()))
          .concat(add);
        const keys = (list: readonly string[]) =>
          canonicalFlags(list)
            .map((one) => one.toLowerCase())
            .sort();
        expect(keys(result)).toEqual(keys(now));
      }),
    );
  });
});
