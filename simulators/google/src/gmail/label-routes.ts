import type { Call } from '../http/call.ts';
import { GoogleError } from '../http/errors.ts';
import { empty, json, type Result } from '../http/result.ts';
import type { Route } from '../http/router.ts';
import { entityNotFound, invalidArgument, mailboxFor } from './access.ts';
import { labelJson } from './json.ts';
import { type Label, PALETTE, RESERVED } from './labels.ts';
import type { Mailbox } from './mailbox.ts';
import { LABELS, READ_LABELS } from './scopes.ts';

const LIST_VISIBILITY = ['labelShow', 'labelShowIfUnread', 'labelHide'] as const;
const MESSAGE_VISIBILITY = ['show', 'hide'] as const;

function list(call: Call): Result {
  return json({ labels: [...mailboxFor(call).labels.values()].map((label) => labelJson(label)) });
}

function get(call: Call): Result {
  const mailbox = mailboxFor(call);
  return json(labelJson(labelFor(call, mailbox), mailbox));
}

function create(call: Call): Result {
  const mailbox = mailboxFor(call);
  const body = call.json();
  const name = nameOf(call, mailbox, body);
  const { gmailLabelLimit } = call.cloud.assumptions;
  if ([...mailbox.labels.values()].filter(({ type }) => type === 'user').length >= gmailLabelLimit) {
    throw invalidArgument('Label limit exceeded');
  }
  const label = mailbox.createLabel({
    name,
    messageListVisibility: word(body, 'messageListVisibility', MESSAGE_VISIBILITY) ?? 'show',
    labelListVisibility: word(body, 'labelListVisibility', LIST_VISIBILITY) ?? 'labelShow',
    color: colorOf(body),
  });
  return json(labelJson(label));
}

/** PUT replaces, PATCH changes what it names. */
function change(call: Call, whole: boolean): Result {
  const mailbox = mailboxFor(call);
  const label = labelFor(call, mailbox);
  const body = call.json();
  if (body.name !== undefined && body.name !== label.name) {
    if (label.type === 'system') throw invalidArgument('Invalid update request');
    label.name = nameOf(call, mailbox, body, label);
  } else if (whole && body.name === undefined) throw invalidArgument('Invalid label name');
  const [shown, listed] = [
    word(body, 'messageListVisibility', MESSAGE_VISIBILITY),
    word(body, 'labelListVisibility', LIST_VISIBILITY),
  ];
  if (shown !== undefined || whole) label.messageListVisibility = shown;
  if (listed !== undefined || whole) label.labelListVisibility = listed;
  if (body.color !== undefined || whole) label.color = colorOf(body);
  return json(labelJson(label));
}

function remove(call: Call): Result {
  const mailbox = mailboxFor(call);
  const label = labelFor(call, mailbox);
  if (label.type === 'system') throw invalidArgument('Invalid delete request');
  mailbox.deleteLabel(label.id);
  return empty();
}

function labelFor(call: Call, mailbox: Mailbox): Label {
  const label = mailbox.labels.get(call.parameter('id'));
  if (label === undefined) throw entityNotFound();
  return label;
}

/** A name that a user label may have and no other has. Throws 400 or 409. */
function nameOf(call: Call, mailbox: Mailbox, body: Record<string, unknown>, own?: Label): string {
  const { name } = body;
  const longest = call.cloud.assumptions.gmailLabelNameLength;
  if (typeof name !== 'string' || name.length > longest || RESERVED.has(name.toLowerCase())) {
    throw invalidArgument('Invalid label name');
  }
  // Each level of the nesting needs a name of its own.
  if (name.split('/').some((level) => level.trim() !== level || level === ''))
    throw invalidArgument('Invalid label name');
  const other = mailbox.labelNamed(name);
  if (other !== undefined && other !== own) {
    throw new GoogleError(409, 'aborted', 'Label name exists or conflicts', { status: 'ABORTED' });
  }
  return name;
}

function word<const Word extends string>(
  body: Record<string, unknown>,
  name: string,
  words: readonly Word[],
): Word | undefined {
  const value = body[name];
  if (value === undefined) return undefined;
  const found = words.find((known) => known === value);
  if (found === undefined) throw invalidArgument(`Invalid value at '${name}'`);
  return found;
}

function colorOf(body: Record<string, unknown>): Label['color'] {
  const color = body.color as Record<string, unknown> | null | undefined;
  if (color === undefined || color === null) return undefined;
  const { textColor, backgroundColor } = color;
  for (const part of [textColor, backgroundColor]) {
    if (typeof part !== 'string') throw invalidArgument('Both textColor and backgroundColor are required.');
    if (!PALETTE.has(part)) throw invalidArgument(`Label color ${part} is not on the allowed color palette`);
  }
  return { textColor: textColor as string, backgroundColor: backgroundColor as string };
}

const LABELS_PATH = '/gmail/v1/users/{userId}/labels';

export const labelRoutes: readonly Route[] = [
  { id: 'gmail.users.labels.list', method: 'GET', path: LABELS_PATH, scopes: READ_LABELS, handle: list },
  { id: 'gmail.users.labels.create', method: 'POST', path: LABELS_PATH, scopes: LABELS, handle: create },
  { id: 'gmail.users.labels.get', method: 'GET', path: `${LABELS_PATH}/{id}`, scopes: READ_LABELS, handle: get },
  {
    id: 'gmail.users.labels.update',
    method: 'PUT',
    path: `${LABELS_PATH}/{id}`,
    scopes: LABELS,
    handle: (call) => change(call, true),
  },
  {
    id: 'gmail.users.labels.patch',
    method: 'PATCH',
    path: `${LABELS_PATH}/{id}`,
    scopes: LABELS,
    handle: (call) => change(call, false),
  },
  { id: 'gmail.users.labels.delete', method: 'DELETE', path: `${LABELS_PATH}/{id}`, scopes: LABELS, handle: remove },
];
