import { wholeBodyOf } from '@sterna/cloud-http';
import type { CreateOp, FidelityNote } from '@sterna/connector-kit';
import { pivotOf } from '@sterna/content';
import { asSternaError, SternaError } from '@sterna/core';
import { notImported } from '../exchange/notes.ts';
import { segment } from '../graph/client.ts';
import { statusOf } from '../graph/errors.ts';
import { newSend, type Stamp, type StampState, stampProperty } from '../graph/stamp.ts';
import { attach, fitsInline, inlineForm, type NewAttachment } from '../outlook/attach.ts';
import type { PartContext } from '../part.ts';
import { stateOfNew } from './flags.ts';
import { headerOf } from './mime.ts';
import type { Staging } from './staging.ts';
import { toGraph } from './to-graph.ts';

const RIGHT = 'Mail.ReadWrite';
/** Of a request's 4 MB (https://learn.microsoft.com/en-us/graph/throttling-limits), as JSON. */
const MAX_CREATE = 3_500_000;
/** `importMime` takes the MIME in base64 within the same 4 MB. */
const MAX_IMPORT = 2_900_000;

export interface Created {
  readonly id: string;
  readonly notes: readonly FidelityNote[];
}

/** Makes one message. @throws SternaError; `outcome-unknown` where it may be there now */
export async function createMessage(context: PartContext, staging: Staging, op: CreateOp): Promise<Created> {
  // Graph wants a message in one piece, or taken apart: either way it is needed whole.
  const raw = await wholeBodyOf(op);
  const notes: FidelityNote[] = [];
  if (op.native !== undefined)
    try {
      const id = await importWhole(context, staging, op.container, op.native, markOf(context, op, raw));
      if (id !== undefined) return { id, notes };
    } catch (thrown) {
      const error = asSternaError(thrown);
      if (error.class !== 'object' || statusOf(error) === 404) throw error;
      notes.push(notImported(error));
    }
  const made = await createFromMime(context, op, raw);
  return { id: made.id, notes: [...notes, ...made.notes] };
}

/**
 * As Exchange exported it: import, stamp, move. Up to the move it is in nobody's folder, so an import whose answer was lost
 * is simply done again.
 *
 * @returns undefined where the route is off
 */
async function importWhole(
  context: PartContext,
  staging: Staging,
  container: string,
  bytes: Buffer,
  mark: Omit<Stamp, 'state'>,
): Promise<string | undefined> {
  const { client, outlook, userPath, transfer } = context;
  if (transfer.formats.length === 0) return undefined;
  const folder = await staging.folder();
  const imported = await transfer.import({ doing: 'importing a message', folder, bytes, repeatable: true });
  if (imported === undefined) return undefined;
  const common = { right: RIGHT, budget: outlook };
  // The stamp that came along is the source's.
  const { body } = await client.send<{ readonly id: string }>({
    ...common,
    method: 'PATCH',
    path: `${userPath}/messages/${segment(imported.itemId)}`,
    body: { singleValueExtendedProperties: [stampProperty({ ...mark, state: 'whole' })] },
    doing: 'stamping a message',
  });
  const moved = await client.send<{ readonly id: string } | undefined>({
    ...common,
    method: 'POST',
    path: `${userPath}/messages/${segment(body.id)}/move`,
    body: { destinationId: container },
    doing: 'moving a message to its folder',
  });
  return moved.body?.id ?? body.id;
}

async function createFromMime(context: PartContext, op: CreateOp, raw: Buffer): Promise<Created> {
  if (raw.length === 0)
    throw new SternaError(
      'object',
      'empty-message',
      'The message has no content at all; Microsoft 365 can’t hold that.',
      {
        fix: 'Nothing to do: there is nothing in it.',
      },
    );
  const isDraft = op.flags.some((flag) => flag.toLowerCase() === '\\draft');
  // What is imported is never a draft.
  if (
    context.settings.mailRoute === 'importMime' &&
    !isDraft &&
    raw.length <= MAX_IMPORT &&
    mayKeepDate(raw, op.date)
  ) {
    const imported = await importMime(context, op, raw);
    if (imported !== undefined) return imported;
  }
  return createByJson(context, op, raw);
}

/** The route has no date of its own: it can come out right only where the header has it. */
function mayKeepDate(raw: Buffer, date: Date | undefined): boolean {
  if (date === undefined) return true;
  const header = headerOf(raw).replace(/\r?\n[ \t]+/g, ' ');
  const received = /^Received:.*;\s*([^;\r\n]+)$/im.exec(header)?.[1];
  const sent = /^Date:\s*([^\r\n]+)$/im.exec(header)?.[1];
  return [received, sent].some((text) => isSameSecond(Date.parse((text ?? '').replace(/\([^)]*\)/g, '')), date));
}

const isSameSecond = (ms: number, date: Date): boolean => Math.floor(ms / 1_000) === Math.floor(date.getTime() / 1_000);

async function createByJson(context: PartContext, op: CreateOp, raw: Buffer): Promise<Created> {
  const { fields, attachments, notes } = await toGraph(raw, op.flags, op.date);
  const mark = markOf(context, op, raw);
  const stamp = (state: StampState) => stampProperty({ ...mark, state });
  const { now, later } =
    attachments.length === 0
      ? { now: attachments, later: [] }
      : split(attachments, MAX_CREATE - Buffer.byteLength(JSON.stringify(fields)));
  const { client, outlook, userPath } = context;
  const { body } = await client.send<{ readonly id: string }>({
    method: 'POST',
    path: `${userPath}/mailFolders/${segment(op.container)}/messages`,
    body: {
      ...fields,
      singleValueExtendedProperties: [
        ...fields.singleValueExtendedProperties,
        // Until its last attachment is there it is no message that anybody should count.
        stamp(later.length === 0 ? 'whole' : 'incomplete'),
      ],
      ...(now.length === 0 ? {} : { attachments: now.map(inlineForm) }),
    },
    doing: 'writing a message',
    idOnly: true,
    right: RIGHT,
    budget: outlook,
  });
  if (later.length > 0) await complete(context, body.id, later, stamp('whole'));
  return { id: body.id, notes };
}

function markOf({ client, installation }: PartContext, { keys }: CreateOp, raw: Buffer) {
  const pivot = pivotOf('message');
  const digest = keys?.digest ?? pivot.digest(raw);
  const key = keys?.matchKey ?? pivot.matchKey(raw);
  return { installation, digest, key, send: newSend(client.serverTime()) };
}

/** The attachments that a create had no room for, and then the stamp that says so. */
async function complete(
  context: PartContext,
  id: string,
  attachments: readonly NewAttachment[],
  whole: ReturnType<typeof stampProperty>,
): Promise<void> {
  const { client, outlook, userPath } = context;
  const path = `${userPath}/messages/${segment(id)}`;
  try {
    for (const one of attachments) await attach(context, path, one);
    await client.send({
      method: 'PATCH',
      path,
      body: { singleValueExtendedProperties: [whole] },
      doing: 'completing a message',
      right: RIGHT,
      budget: outlook,
    });
  } catch (error) {
    // Half a message is none. Where even that fails, the stamp says that it is half.
    await removeForGood(context, id).catch(() => undefined);
    throw error;
  }
}

/** Not to Deleted Items. @throws SternaError; object `not-there` where it is gone already */
export async function removeForGood({ client, outlook, userPath }: PartContext, id: string): Promise<void> {
  await client.send({
    method: 'POST',
    path: `${userPath}/messages/${segment(id)}/permanentDelete`,
    doing: 'removing a message',
    right: RIGHT,
    budget: outlook,
    repeatable: true,
  });
}

/** As many of them, in order, as fit into a create. */
function split(
  attachments: readonly NewAttachment[],
  room: number,
): { readonly now: readonly NewAttachment[]; readonly later: readonly NewAttachment[] } {
  let left = room;
  const count = attachments.findIndex((one) => {
    left -= Math.ceil(one.content.length / 3) * 4 + 1_000;
    return left < 0 || !fitsInline(one);
  });
  return count === -1
    ? { now: attachments, later: [] }
    : { now: attachments.slice(0, count), later: attachments.slice(count) };
}

/**
 * Beta (https://learn.microsoft.com/en-us/graph/api/mailfolder-importmime?view=graph-rest-beta). It takes no stamp, so what
 * lands unacknowledged is recognized by its bytes, which this route keeps.
 *
 * @returns undefined where the service won't have it, or gave it another date: nothing of it is left then
 */
async function importMime(context: PartContext, op: CreateOp, raw: Buffer): Promise<Created | undefined> {
  const { client, outlook, userPath } = context;
  const notes: FidelityNote[] = [];
  const { status, body } = await client.send<{ readonly id: string; readonly receivedDateTime?: string }>({
    method: 'POST',
    version: 'beta',
    path: `${userPath}/mailFolders/${segment(op.container)}/importMime`,
    headers: { 'content-type': 'text/plain' },
    body: Buffer.from(raw.toString('base64'), 'latin1'),
    doing: 'importing a message',
    right: 'Mail-Advanced.ReadWrite.All',
    budget: outlook,
    expected: [400],
  });
  if (status === 400) return undefined;
  if (op.date !== undefined && !isSameSecond(Date.parse(body.receivedDateTime ?? ''), op.date)) {
    await removeForGood(context, body.id);
    return undefined;
  }
  const { singleValueExtendedProperties = [], ...state } = stateOfNew(op.flags, notes);
  const stamp = stampProperty({ ...markOf(context, op, raw), state: 'whole' });
  await client.send({
    method: 'PATCH',
    path: `${userPath}/messages/${segment(body.id)}`,
    body: { ...state, singleValueExtendedProperties: [...singleValueExtendedProperties, stamp] },
    doing: 'setting the state of a message',
    right: RIGHT,
    budget: outlook,
  });
  return { id: body.id, notes };
}
