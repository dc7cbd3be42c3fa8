import type { FidelityNote } from '@sterna/connector-kit';
import { SternaError } from '@sterna/core';

const MAX_HEADER = 256 * 1024;

/** https://developers.google.com/workspace/admin/groups-migration/v1/limits */
export const MOST_MESSAGE_BYTES = 26_214_400;

export interface ArchiveMessage {
  readonly raw: Buffer;
  readonly notes: readonly FidelityNote[];
}

/**
 * A message as an archive takes it: with lines that end in CRLF, a sender, a recipient and a date
 * (https://developers.google.com/workspace/admin/groups-migration/v1/guides/manage-email-migrations). What lists often lack
 * is put before it, and told; what is there stays byte by byte.
 *
 * @param group The archive's own address
 * @param received When it was received, where the source tells
 * @throws SternaError object `empty-message` | `message-without-sender` | `message-without-date`
 */
export function archiveMessage(message: Buffer, group: string, received: Date | undefined): ArchiveMessage {
  if (message.length === 0)
    throw new SternaError('object', 'empty-message', 'The message has no content at all; an archive can’t hold that.', {
      fix: 'Nothing to do: there is nothing in it.',
    });
  const fields = fieldsOf(message);
  if (!/[^\s<>@]+@[^\s<>@]+/.test(fields('from') ?? ''))
    throw new SternaError(
      'object',
      'message-without-sender',
      'The message has no readable From, which an archive wants.',
      {
        fix: 'Keep it elsewhere: nobody can tell whom it is from.',
      },
    );
  const notes: FidelityNote[] = [];
  const added: string[] = [];
  if (!fields('to')) {
    added.push(`To: ${group}`);
    notes.push({
      code: 'recipient-added',
      text: 'The message has no To, which an archive wants: the group’s address was put before it.',
    });
  }
  if (Number.isNaN(Date.parse((fields('date') ?? '').replace(/\([^)]*\)/g, '')))) {
    if (received === undefined || Number.isNaN(received.getTime()))
      throw new SternaError(
        'object',
        'message-without-date',
        'The message has no readable Date, which an archive wants.',
        {
          fix: 'Keep it elsewhere: nobody can tell when it was written.',
        },
      );
    added.push(`Date: ${received.toUTCString().replace('GMT', '+0000')}`);
    notes.push({
      code: 'date-added',
      text: 'The message has no readable Date, which an archive wants: when it was received was put before it.',
    });
  }
  const before = Buffer.from(added.map((line) => `${line}\r\n`).join(''), 'latin1');
  return { raw: Buffer.concat([before, withCrlf(message)]), notes };
}

/** Values of header fields by their names in lower case, unfolded; of several the first. */
function fieldsOf(message: Buffer): (name: string) => string | undefined {
  const text = message.toString('latin1', 0, MAX_HEADER);
  const end = /\r?\n\r?\n/.exec(text)?.index ?? text.length;
  const lines = text
    .slice(0, end)
    .replace(/\r?\n[ \t]+/g, ' ')
    .split(/\r?\n/);
  return (name) =>
    lines
      .find((line) => line.slice(0, name.length + 1).toLowerCase() === `${name}:`)
      ?.slice(name.length + 1)
      .trim();
}

function withCrlf(message: Buffer): Buffer {
  const text = message.toString('latin1');
  if (!/(?:^|[^\r])\n|\r(?!\n)/.test(text)) return message;
  return Buffer.from(text.replace(/\r?\n|\r/g, '\r\n'), 'latin1');
}
