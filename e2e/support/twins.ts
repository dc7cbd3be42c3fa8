import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';

/**
 * A Maildir++ tree is hard enough: some folder holds byte-identical messages with a Message-ID, byte-identical ones
 * without, and others without. Else a test of "exactly once" would prove less than it says.
 */
export function expectTwins(root: string): void {
  const folders = readdirSync(root).filter((name) => name.startsWith('.'));
  const found = ['', ...folders].some((folder) => {
    const twins = new Map<string, { count: number; id: boolean }>();
    for (const sub of ['cur', 'new']) {
      const dir = join(root, folder, sub);
      for (const name of existsSync(dir) ? readdirSync(dir) : []) {
        const bytes = readFileSync(join(dir, name));
        const key = createHash('sha256').update(bytes).digest('hex');
        const known = twins.get(key);
        if (known) known.count += 1;
        else
          twins.set(key, {
            count: 1,
            id: /^message-id:/im.test(bytes.toString('latin1').split(/\r?\n\r?\n/)[0] ?? ''),
          });
      }
    }
    const all = [...twins.values()];
    return (
      all.some((one) => one.count > 1 && one.id) &&
      all.some((one) => one.count > 1 && !one.id) &&
      all.some((one) => one.count === 1 && !one.id)
    );
  });
  expect(found, 'twins with and without Message-ID in one folder').toBe(true);
}
