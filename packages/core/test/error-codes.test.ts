import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ERROR_CODES } from '../src/index.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const SOURCES = [
  'packages/core/src/**/*.ts',
  'packages/application/src/**/*.ts',
  'packages/store/src/repositories/**/*.ts',
];
const CLASSES = 'transient|throttled|auth|config|object|bug';
/** First string argument of an error, after the class where there is one; also of the helpers that make errors. */
const MADE = new RegExp(
  `(?:new SternaError\\(\\s*'(?:${CLASSES})',|\\b(?:refuse|csvError)\\(|\\bproblem\\(\\s*(?:'\\w*'|\\w+),)\\s*'([a-z]+(?:-[a-z]+)*)'`,
  'g',
);

describe('error codes', () => {
  it('are catalogued, all of them, and no others', () => {
    const used = new Set<string>();
    for (const file of globSync(SOURCES, { cwd: root })) {
      const isPack = file.endsWith('license-pack.ts');
      for (const [text, code] of readFileSync(`${root}${file}`, 'utf8').matchAll(MADE))
        used.add(isPack && text.startsWith('refuse') ? `license-pack-${code}` : (code as string));
    }
    expect([...used].sort()).toEqual(Object.keys(ERROR_CODES).sort());
  });
});
