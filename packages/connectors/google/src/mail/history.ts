import { SternaError } from '@sterna/core';
import type { Paged } from '../api/client.ts';
import { statusOf } from '../api/errors.ts';
import { GMAIL_UNITS } from '../api/quotas.ts';
import type { PartContext } from '../part.ts';
import type { Message } from './message.ts';
import { mailScopes } from './scopes.ts';

/** https://developers.google.com/workspace/gmail/api/reference/rest/v1/users.history/list */
export interface HistoryRecord {
  readonly messagesAdded?: readonly { readonly message: Message }[];
  readonly messagesDeleted?: readonly { readonly message: Message }[];
  readonly labelsAdded?: readonly { readonly message: Message; readonly labelIds?: readonly string[] }[];
  readonly labelsRemoved?: readonly { readonly message: Message; readonly labelIds?: readonly string[] }[];
}
interface HistoryPage extends Paged {
  readonly history?: readonly HistoryRecord[];
  readonly historyId?: string;
}

/** What happened to one message, in this order. */
export type Step =
  | { readonly type: 'added'; readonly labelIds: readonly string[] | undefined }
  | { readonly type: 'deleted'; readonly labelIds: readonly string[] | undefined }
  | {
      readonly type: 'labelled' | 'unlabelled';
      readonly changed: readonly string[];
      readonly labelIds: readonly string[] | undefined;
    };

export interface History {
  /** Where the mailbox stood at its end. */
  readonly end: string;
  readonly steps: ReadonlyMap<string, readonly Step[]>;
}

/** @returns undefined where the mailbox doesn't remember that far back */
export async function historySince(context: PartContext, start: string): Promise<History | undefined> {
  const { client } = context;
  const steps = new Map<string, Step[]>();
  const add = (id: string, step: Step): void => {
    const own = steps.get(id);
    if (own === undefined) steps.set(id, [step]);
    else own.push(step);
  };
  let end = start;
  try {
    for await (const page of client.pages<HistoryPage>({
      method: 'GET',
      path: '/gmail/v1/users/me/history',
      query: { startHistoryId: start, maxResults: 500 },
      doing: 'reading what changed in the mailbox',
      right: mailScopes.read[0],
      units: GMAIL_UNITS.listHistory,
    })) {
      end = page.historyId ?? end;
      for (const record of page.history ?? []) for (const [id, step] of stepsOf(record)) add(id, step);
    }
  } catch (error) {
    // Too long ago; what isn't one of its numbers at all is answered with 400.
    if (statusOf(error) === 404 || statusOf(error) === 400) return undefined;
    throw error;
  }
  return { end, steps };
}

function* stepsOf(record: HistoryRecord): Generator<[id: string, Step]> {
  for (const { message } of record.messagesAdded ?? [])
    yield [message.id, { type: 'added', labelIds: message.labelIds }];
  for (const { message, labelIds = [] } of record.labelsAdded ?? [])
    yield [message.id, { type: 'labelled', changed: labelIds, labelIds: message.labelIds }];
  for (const { message, labelIds = [] } of record.labelsRemoved ?? [])
    yield [message.id, { type: 'unlabelled', changed: labelIds, labelIds: message.labelIds }];
  for (const { message } of record.messagesDeleted ?? [])
    yield [message.id, { type: 'deleted', labelIds: message.labelIds }];
}

/**
 * Labels before the first of these steps, from those after the last: each step is taken back.
 *
 * @param after Undefined: it isn't there any more
 * @returns undefined: it wasn't there
 */
export function labelsBefore(
  steps: readonly Step[],
  after: ReadonlySet<string> | undefined,
): ReadonlySet<string> | undefined | 'unknown' {
  let labels: Set<string> | undefined | 'unknown' = after === undefined ? undefined : new Set(after);
  for (const step of steps.toReversed())
    if (step.type === 'deleted') labels = step.labelIds === undefined ? 'unknown' : new Set(step.labelIds);
    else if (step.type === 'added') labels = undefined;
    else if (labels !== 'unknown' && labels !== undefined)
      for (const id of step.changed)
        if (step.type === 'labelled') labels.delete(id);
        else labels.add(id);
  return labels;
}

/** Labels after the last step, where it tells them; `gone`: it was deleted. */
export function labelsAfter(steps: readonly Step[]): ReadonlySet<string> | 'gone' | 'unknown' {
  const last = steps.at(-1);
  if (last?.type === 'deleted') return 'gone';
  return last?.labelIds === undefined ? 'unknown' : new Set(last.labelIds);
}

export interface Profile {
  /** The user's primary address. */
  readonly emailAddress: string;
  /** Where the mailbox stands: a number that any change makes larger. */
  readonly historyId: string;
}

export async function profileOf({ client, address }: PartContext): Promise<Profile> {
  const { body } = await client.send<Partial<Profile>>({
    method: 'GET',
    path: '/gmail/v1/users/me/profile',
    doing: 'looking at the mailbox',
    right: mailScopes.read[0],
    units: GMAIL_UNITS.getProfile,
  });
  if (typeof body?.historyId === 'string' && body.historyId !== '')
    return { emailAddress: body.emailAddress ?? address, historyId: body.historyId };
  throw new SternaError('transient', 'service-answer-invalid', 'There is no history id in Gmail’s answer.', {
    fix: 'Sterna tries again by itself.',
  });
}
