import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CreateOp, OpenRequest, Session, Writer } from '@sterna/connector-kit';
import { onTestFinished } from 'vitest';
import { filesConnector } from '../src/index.ts';

/** An empty folder beside which there is one more, `outside`. */
export function makeBase(): { readonly base: string; readonly root: string; readonly outside: string } {
  const base = mkdtempSync(join(tmpdir(), 'sterna-files-'));
  onTestFinished(() => rmSync(base, { recursive: true, force: true }));
  const [root, outside] = [join(base, 'drive'), join(base, 'outside')];
  for (const path of [root, outside]) mkdirSync(path);
  return { base, root, outside };
}

export async function openFiles(
  path: string,
  role: OpenRequest['role'] = 'read',
  address = '.',
  more: Pick<OpenRequest, 'isBeside'> = {},
): Promise<Session & { readonly writer: Writer }> {
  const session = await filesConnector.open({
    system: { settings: { path }, credentials: {} },
    address,
    role,
    installation: '0badcafe',
    ...more,
    signal: new AbortController().signal,
  });
  onTestFinished(() => session.close());
  return session as Session & { writer: Writer };
}

let serial = 0;

export function createOp(name: string, body: Buffer | AsyncIterable<Buffer>, more: Partial<CreateOp> = {}): CreateOp {
  serial += 1;
  const size = Buffer.isBuffer(body) ? body.length : 0;
  const stamp = serial.toString(16).padStart(32, '0');
  return {
    verb: 'create',
    op: `op${serial}`,
    container: '',
    name,
    stamp,
    flags: [],
    date: undefined,
    size,
    body,
    ...more,
  };
}
