import type { Connector, CreateOp, Op, ReplaceOp, Session } from '@sterna/connector-kit';
import { canonicalFlags } from '@sterna/core';
import { DirectMail, type Microsoft365 } from '@sterna/simulator-microsoft365';
import { microsoft365Connector } from '../../src/index.ts';
import { simulated } from '../mail/suite-endpoint.ts';
import { DirectGraph } from '../outlook/direct-graph.ts';

/** Another mailbox, which holds what is to be written and exports it. */
export interface Exporter {
  /** Undefined: no mailbox could hold that. */
  export(op: CreateOp | ReplaceOp, body: Buffer): Promise<Buffer | undefined>;
}

/** The connector, to which everything is given as another tenant's Exchange exports it. Streams go as they are. */
export const exporting = (connector: Connector, exporter: Exporter): Connector => ({
  ...connector,
  async open(request) {
    const session: Session = await connector.open(request);
    const { writer } = session;
    if (writer === undefined) return session;
    const whole = async (op: Op): Promise<Op> => {
      if ((op.verb !== 'create' && op.verb !== 'replace') || !Buffer.isBuffer(op.body)) return op;
      const native = await exporter.export(op, op.body);
      return native === undefined ? op : { ...op, native };
    };
    // One after the other: they go through one mailbox.
    let before: Promise<unknown> = Promise.resolve();
    const wholeOf = (ops: readonly Op[]): Promise<Op[]> => {
      const made = before.then(async () => {
        const wanted: Op[] = [];
        for (const op of ops) wanted.push(await whole(op));
        return wanted;
      });
      before = made.catch(() => undefined);
      return made;
    };
    return {
      ...session,
      writer: {
        ...writer,
        apply: async (ops) => writer.apply(await wholeOf(ops)),
      },
    };
  },
});

/** Past the connector. @param id as Graph has it */
export async function exported(server: Microsoft365, address: string, id: string): Promise<Buffer> {
  const graph = new DirectGraph(server, address);
  const { primaryMailboxId } = await graph.ok('GET', '/settings/exchange');
  const path = `${server.baseUrl}/v1.0/admin/exchange/mailboxes/${primaryMailboxId}/exportItems`;
  const { value } = await graph.ok('POST', path, { ItemIds: [id] });
  return Buffer.from(value[0].data, 'base64');
}

export function mailExporter(server: Microsoft365, address: string): Exporter {
  const mail = new DirectMail(server, address);
  return {
    async export(op, raw) {
      const { date = new Date() } = op;
      if (raw.length === 0 || !(date.getTime() > 0 && date.getTime() < Date.UTC(2100, 0, 1))) return undefined;
      const flags = op.verb === 'create' ? canonicalFlags(op.flags) : [];
      const categories = flags.filter((flag) => !flag.startsWith('\\') && flag !== '$Forwarded');
      if (categories.some((name) => !/^[^\p{Cc}]{1,255}$/u.test(name))) return undefined;
      const verb = flags.includes('\\Answered') ? 102 : flags.includes('$Forwarded') ? 104 : undefined;
      await mail.put(['INBOX'], raw, date.getTime(), {
        isRead: flags.includes('\\Seen'),
        isDraft: flags.includes('\\Draft'),
        isFlagged: flags.includes('\\Flagged'),
        lastVerb: verb,
        categories,
      });
      const { id } = (await mail.messages()).at(-1) ?? { id: '' };
      const bytes = await exported(server, address, id);
      mail.remove(id);
      return bytes;
    },
  };
}

/** Events as another installation had once written them there. */
export function eventExporter(server: Microsoft365, address: string): Exporter {
  let opened: Promise<Session> | undefined;
  return {
    async export(_op, body) {
      opened ??= microsoft365Connector.open({
        ...simulated(server, address),
        kinds: ['event'],
        role: 'write',
        installation: '5eed5eed',
        signal: new AbortController().signal,
      });
      const { writer } = await opened;
      if (writer === undefined) throw new Error('no writer');
      const { container } = await writer.ensureContainer(['Exports'], { kind: 'event' });
      const common = { container: container.id, size: body.length, body, flags: [], date: undefined } as const;
      const [made] = await writer.apply([{ verb: 'create', op: 'a', ...common }]);
      if (made?.outcome !== 'done') throw new Error(JSON.stringify(made));
      const targetId = made.targetId ?? '';
      const bytes = await exported(server, address, targetId);
      await writer.apply([{ verb: 'remove', op: 'b', container: container.id, targetId, how: 'expunge' }]);
      return bytes;
    },
  };
}
