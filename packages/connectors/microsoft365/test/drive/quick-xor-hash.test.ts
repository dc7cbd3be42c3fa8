import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { QuickXorHash, quickXorHash } from '../../src/drive/quick-xor-hash.ts';

/** By the words of the documentation, one bit at a time: each byte joins a register of 160 bits, 11 bits further on. */
function slowly(bytes: Uint8Array): string {
  const bits = new Array<number>(160).fill(0);
  for (const [n, byte] of bytes.entries())
    for (let bit = 0; bit < 8; bit += 1) {
      const at = (n * 11 + bit) % 160;
      bits[at] = (bits[at] as number) ^ ((byte >> bit) & 1);
    }
  for (let bit = 0n; bit < 64n; bit += 1n) {
    const at = 96 + Number(bit);
    bits[at] = (bits[at] as number) ^ Number((BigInt(bytes.length) >> bit) & 1n);
  }
  const hash = Buffer.alloc(20);
  for (const [at, bit] of bits.entries()) hash[at >> 3] = (hash[at >> 3] as number) | (bit << (at & 7));
  return hash.toString('base64');
}

describe('quickXorHash', () => {
  test('known values', () => {
    expect(quickXorHash(Buffer.alloc(0))).toBe('AAAAAAAAAAAAAAAAAAAAAAAAAAA=');
    // rclone's tests have this value, too.
    expect(quickXorHash(Buffer.from('Sg==', 'base64'))).toBe('SgAAAAAAAAAAAAAAAQAAAAAAAAA=');
  });

  test('as the documentation has it, however the bytes come in pieces and wherever they lie in memory', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 2_000 }),
        fc.array(fc.nat({ max: 700 }), { maxLength: 8 }),
        fc.nat({ max: 7 }),
        (bytes, cuts, offset) => {
          const moved = Buffer.concat([Buffer.alloc(offset), bytes]).subarray(offset);
          const hash = new QuickXorHash();
          let at = 0;
          for (const length of cuts) {
            hash.update(moved.subarray(at, at + length));
            at += length;
          }
          hash.update(moved.subarray(at));
          expect(hash.digest()).toBe(slowly(bytes));
        },
      ),
    );
  });

  test('many blocks', () => {
    const block = Buffer.alloc(1_600, 7);
    const hash = new QuickXorHash();
    for (let n = 0; n < 100; n += 1) hash.update(block);
    expect(hash.digest()).toBe(slowly(Buffer.alloc(160_000, 7)));
  });
});
