import { quoted } from './protocol/atoms.ts';
import type { ImapConnection, Part } from './protocol/connection.ts';
import { decodeModifiedUtf7, encodeModifiedUtf7 } from './protocol/modified-utf7.ts';

/**
 * How a folder is called:
 * - on the wire: bytes (here latin1), modified UTF-7 or, after ENABLE UTF8=ACCEPT, UTF-8;
 * - as `Container.id`: the whole decoded name as the server has it, with its separators (`Archive/2021`), `INBOX` in
 *   capitals. Bytes that are no proper encoding of any name: RAW_PREFIX and the bytes percent-encoded.
 */
export interface Mailbox {
  readonly id: string;
  /** In the encoding of the session that made it; compares equal for the same mailbox of one session. */
  readonly wire: string;
  /** The name as an argument of a command. */
  argument(connection: ImapConnection): Part;
}

const RAW_PREFIX = 'raw-bytes:';

export function isInbox(name: string): boolean {
  return name.length === 5 && name.toUpperCase() === 'INBOX';
}

/** From a LIST or STATUS response. @param wire latin1 */
export function mailboxIdFromWire(wire: string, utf8: boolean): string {
  if (isInbox(wire)) return 'INBOX';
  const decoded = utf8 ? decodeUtf8(wire) : decodeModifiedUtf7(wire);
  return decoded === undefined || decoded === '' || decoded.startsWith(RAW_PREFIX) || hasControls(decoded)
    ? RAW_PREFIX + encodeBytes(wire)
    : decoded;
}

export function mailboxFromId(id: string): Mailbox {
  const raw = id.startsWith(RAW_PREFIX) ? decodeBytes(id.slice(RAW_PREFIX.length)) : undefined;
  const wireFor = (utf8: boolean): string =>
    raw ?? (utf8 ? Buffer.from(id, 'utf8').toString('latin1') : encodeModifiedUtf7(id));
  return {
    id,
    wire: id,
    argument(connection) {
      const wire = wireFor(connection.utf8);
      return quoted(wire, connection.utf8) ?? { size: wire.length, body: Buffer.from(wire, 'latin1') };
    },
  };
}

/** For people: raw names as far as they can be shown. */
export function shownName(id: string): string {
  if (!id.startsWith(RAW_PREFIX)) return id;
  const bytes = Buffer.from(decodeBytes(id.slice(RAW_PREFIX.length)), 'latin1');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is to be replaced
  return bytes.toString('utf8').replace(/[\u0000-\u001f\u007f-\u009f]/g, '\ufffd');
}

function decodeUtf8(wire: string): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(wire, 'latin1'));
  } catch {
    return undefined;
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: names with NUL, CR or LF have to go as bytes
const hasControls = (name: string): boolean => /[\u0000\r\n]/.test(name);

function encodeBytes(latin1: string): string {
  return latin1.replace(/[^A-Za-z0-9._~/-]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);
}

function decodeBytes(text: string): string {
  return text.replace(/%([0-9A-F]{2})/gi, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
