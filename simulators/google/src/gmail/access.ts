import type { Call } from '../http/call.ts';
import { badRequest, forbidden, type GoogleError, notFound } from '../http/errors.ts';
import { wholeScope } from '../token/scopes.ts';
import { type Mailbox, mailboxOf } from './mailbox.ts';
import type { Message } from './message.ts';

/** The mailbox that `{userId}` names: `me`, or the address of who is acted for. Throws 403 for anybody else's. */
export function mailboxFor(call: Call): Mailbox {
  const key = call.parameter('userId');
  if (key !== 'me' && call.domain.user(key) !== call.user)
    throw forbidden(`Delegation denied for ${call.user.primaryEmail}`);
  if (!call.user.hasMailbox) throw failedPrecondition('Mail service not enabled');
  return mailboxOf(call.cloud, call.user);
}

/** Throws 404. @param name of the path's parameter */
export function messageFor(call: Call, mailbox: Mailbox, name = 'id'): Message {
  const id = call.parameter(name);
  if (!/^[0-9a-f]{1,16}$/i.test(id)) throw invalidArgument('Invalid id value');
  const message = mailbox.messages.get(id.toLowerCase());
  if (message === undefined) throw entityNotFound();
  return message;
}

/** Only headers may be seen with this scope. */
export function metadataOnly(call: Call): boolean {
  const wider = ['https://mail.google.com/', 'gmail.modify', 'gmail.readonly', 'gmail.compose'];
  return !wider.some((scope) => call.identity.scopes.has(wholeScope(scope)));
}

export function entityNotFound(): GoogleError {
  return notFound('Requested entity was not found.');
}

export function invalidArgument(message: string): GoogleError {
  return badRequest(message, 'invalidArgument');
}

export function failedPrecondition(message: string): GoogleError {
  return badRequest(message, 'failedPrecondition', { status: 'FAILED_PRECONDITION' });
}

/** A list of texts in a JSON body; none when it is absent. */
export function texts(json: Record<string, unknown>, name: string): string[] {
  const value = json[name];
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value) || value.some((item) => typeof item !== 'string')) {
    throw invalidArgument(`Invalid value at '${name}'`);
  }
  return value as string[];
}
