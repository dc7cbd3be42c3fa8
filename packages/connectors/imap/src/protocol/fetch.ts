import { protocolError } from '../errors.ts';
import { canonicalFlags } from './atoms.ts';
import { parseInternalDate } from './dates.ts';
import { asText, ResponseCursor, type Value } from './response-cursor.ts';
import type { Line } from './response-stream.ts';

/** What a FETCH response may tell about a message; what it doesn't tell is undefined. */
export interface Fetched {
  uid: number | undefined;
  flags: string[] | undefined;
  date: Date | undefined;
  size: number | undefined;
  modseq: string | undefined;
  /** BODY[…] of whatever section was asked for; null: NIL. */
  body: Buffer | null | undefined;
}

const ITEM_NAME = /^[A-Z][A-Z0-9.-]*(?:\[[^\]]*\])?(?:<\d+>)?$/;

/**
 * The part of a FETCH response behind `FETCH`. Strict on its shape: after a literal whose announced size was wrong,
 * what follows is anything but a well-formed rest, and the message must not be taken.
 *
 * @throws SternaError transient `imap-protocol`
 */
export function parseFetch(cursor: ResponseCursor): Fetched {
  const found: Fetched = {
    uid: undefined,
    flags: undefined,
    date: undefined,
    size: undefined,
    modseq: undefined,
    body: undefined,
  };
  if (!cursor.open()) throw protocolError('sent message data that can’t be read');
  while (!cursor.close()) {
    const name = cursor.itemName();
    if (!ITEM_NAME.test(name)) throw protocolError('sent message data that can’t be read');
    switch (name) {
      case 'FLAGS':
        found.flags = canonicalFlags(cursor.atoms());
        break;
      case 'UID':
        found.uid = positive(cursor.value());
        break;
      case 'INTERNALDATE':
        found.date = parseInternalDate(asText(cursor.value()) ?? '');
        break;
      case 'RFC822.SIZE':
        found.size = positive(cursor.value());
        break;
      case 'MODSEQ': {
        const value = cursor.value();
        const inner = Array.isArray(value) ? value[0] : undefined;
        if (typeof inner === 'string' && /^\d{1,20}$/.test(inner)) found.modseq = inner;
        break;
      }
      default: {
        const value = cursor.value();
        if (name.startsWith('BODY[')) {
          if (value === null) found.body = null;
          else if (!Array.isArray(value)) found.body = typeof value === 'string' ? Buffer.from(value, 'latin1') : value;
        }
      }
    }
  }
  if (!cursor.atEnd) throw protocolError('sent more than the end of message data');
  return found;
}

/**
 * What is known of a message when the literal of its body begins. Undefined where `line` is no FETCH response whose
 * next value is a body.
 */
export function parseFetchBeginning(line: Line): Fetched | undefined {
  if (line.literals.length > 0) return undefined;
  const match = /^\* \d+ FETCH \((.*?) ?BODY\[\](?:<\d+>)? $/is.exec(line.texts[0] ?? '');
  if (!match) return undefined;
  return parseFetch(new ResponseCursor({ texts: [`(${match[1]})`], literals: [] }));
}

function positive(value: Value): number | undefined {
  return typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : undefined;
}
