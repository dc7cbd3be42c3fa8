import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A folder of this test's own that other users may enter (PostgreSQL and Dovecot run as theirs). */
export function scratch(name: string): string {
  const dir = mkdtempSync(join(tmpdir(), `sterna-${name}-`));
  // mkdtemp makes 0700
  chmodSync(dir, 0o755);
  return dir;
}

export function scratchForTest(name: string): string {
  const dir = scratch(name);
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}
