import type { Change, CreateOp, Result, Session, Writer } from '@sterna/connector-kit';
import {
  contacts,
  events,
  files,
  isCopy,
  liveAccount,
  liveScope,
  type Material,
  meaningOf,
  messages,
  report,
  scoped,
  tasks,
} from '@sterna/connector-suite';
import { connectors } from '@sterna/connectors';
import { pivotOf } from '@sterna/content';
import { expect, test } from 'vitest';
import { isChosen } from './kinds.ts';

/** A small golden organization: of each kind what is plain and what is awkward, written, read, changed and removed again. */
const MATERIALS: readonly Material[] = [messages, events, contacts, tasks, files];
const PLAIN = 5;

const { system, connectorSettings, address, password } = liveAccount();
const connector = connectors.get(system);
if (connector === undefined) throw new Error(`there is no connector ${system}`);

for (const material of MATERIALS.filter(({ kind }) => connector.kinds.includes(kind) && isChosen(kind)))
  test(`golden: ${material.kind}s`, async () => {
    const { kind, home } = material;
    const scope = liveScope();
    const session = await scoped(connector, scope).open({
      system: { settings: connectorSettings, credentials: { password } },
      address,
      kinds: [kind],
      role: 'write',
      installation: '0badcafe',
      signal: new AbortController().signal,
    });
    const writer = session.writer as Writer;
    const { container } = await writer.ensureContainer(home, { kind });
    const made = new Map<string, Made>();
    try {
      const objects = [
        ...Array.from({ length: PLAIN }, (_, n): [string, Buffer] => [`plain ${n}`, material.plain(n)]),
        ...material.awkward,
      ];
      const others: string[] = [];
      const notes = new Set<string>();
      for (const [n, [label, raw]] of objects.entries()) {
        const [result] = await writer.apply([createOf(material, container.id, n, raw)]);
        if (result?.outcome !== 'done' || result.targetId === undefined) {
          others.push(`${label}: ${reasonOf(result)}`);
          continue;
        }
        const { targetId, version, notes: of = [] } = result;
        made.set(targetId, { label, raw, isTold: of.length > 0, ...(version === undefined ? {} : { version }) });
        for (const { code } of of) notes.add(code);
      }
      let [same, told] = [0, 0];
      for await (const one of session.reader.read(container.id, [...made.keys()])) {
        const { label = '', raw = Buffer.alloc(0), isTold = false } = made.get(one.id) ?? {};
        if (!('body' in one)) others.push(`${label}: it can’t be read`);
        else if (await isSame(material, raw, await bytesOf(one.body))) same += 1;
        else if (isTold) told += 1;
        else others.push(`${label}: it comes back otherwise`);
      }
      report({ kind: 'golden', content: kind, written: made.size, same, told, others, notes: [...notes].sort() });

      const listed = new Set((await changesOf(session, container.id)).map(({ id }) => id));
      expect([...made.keys()].filter((id) => !listed.has(id))).toEqual([]);
      await changeAndRemove(material, session, container.id, made);
    } finally {
      for (const targetId of made.keys())
        await writer.apply([{ verb: 'remove', op: 'clean', container: container.id, targetId, how: 'expunge' }]);
      await writer.removeContainer?.(container.id);
      session.destroy();
    }
  });

interface Made {
  readonly label: string;
  readonly raw: Buffer;
  readonly version?: string;
  /** Something was told of it when it was written. */
  readonly isTold: boolean;
}

function createOf({ kind, nameOf }: Material, container: string, n: number, raw: Buffer): CreateOp {
  return {
    verb: 'create',
    op: String(n),
    container,
    flags: [],
    date: kind === 'message' || kind === 'file' ? new Date(Date.UTC(2026, 0, 2, 3, 4, 5)) : undefined,
    size: raw.length,
    body: raw,
    // What a system makes of awkward names is decided before an object is written.
    ...(nameOf === undefined ? {} : { name: `golden-${n}.bin` }),
  };
}

const reasonOf = (result: Result | undefined): string =>
  result !== undefined && 'error' in result
    ? `${result.outcome}, ${result.error.code}`
    : (result?.outcome ?? 'no result');

async function isSame({ kind }: Material, raw: Buffer, back: Buffer): Promise<boolean> {
  if (kind === 'message') return back.equals(raw) || isCopy(await meaningOf(raw), await meaningOf(back));
  return pivotOf(kind).digest(back).equals(pivotOf(kind).digest(raw));
}

async function bytesOf(body: Buffer | AsyncIterable<Buffer>): Promise<Buffer> {
  if (Buffer.isBuffer(body)) return body;
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function changesOf(session: Session, container: string): Promise<readonly Change[]> {
  const all: Change[] = [];
  for await (const page of session.reader.changes(container, undefined, {})) all.push(...page.changes);
  return all;
}

/** One is replaced, which makes no second one; one is removed. */
async function changeAndRemove(
  material: Material,
  session: Session,
  container: string,
  made: Map<string, Made>,
): Promise<void> {
  const writer = session.writer as Writer;
  const before = (await changesOf(session, container)).length;
  const [first, second] = [...made].filter(([, { raw }]) => [0, 1].some((n) => raw.equals(material.plain(n))));
  if (first === undefined || second === undefined) throw new Error('nothing plain was written');
  const body = material.changed?.(0);
  if (body !== undefined && material.kind !== 'file') {
    const { version } = first[1];
    const [result] = await writer.apply([
      {
        verb: 'replace',
        op: 'change',
        container,
        size: body.length,
        body,
        targetId: first[0],
        ifVersion: version,
      },
    ]);
    expect(result?.outcome).toBe('done');
    expect(await changesOf(session, container)).toHaveLength(before);
    for await (const one of session.reader.read(container, [first[0]]))
      expect('body' in one && (await isSame(material, body, await bytesOf(one.body)))).toBe(true);
  }
  const [gone] = await writer.apply([{ verb: 'remove', op: 'remove', container, targetId: second[0], how: 'expunge' }]);
  expect(gone?.outcome).toBe('done');
  made.delete(second[0]);
  expect((await changesOf(session, container)).map(({ id }) => id)).not.toContain(second[0]);
}
