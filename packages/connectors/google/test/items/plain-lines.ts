import { gunzipSync } from 'node:zlib';

/** Unfolded lines of an iCalendar or vCard text by name, first ones first; for fixtures, past our own readers. */
export function linesOf(raw: Buffer): Map<string, { head: string; value: string }[]> {
  const found = new Map<string, { head: string; value: string }[]>();
  const text = raw.toString('utf8').replace(/^[\s\S]*?(?=BEGIN:(?:VEVENT|VTODO|VCARD))/, '');
  for (const line of text.replace(/\r\n[ \t]/g, '').split(/\r*\n/)) {
    const match = /^(?:[\w-]+\.)?([\w-]+)((?:;(?:[^":]|"[^"]*")*)?):(.*)$/.exec(line);
    if (match === null) continue;
    const name = (match[1] ?? '').toUpperCase();
    found.set(name, [...(found.get(name) ?? []), { head: match[2] ?? '', value: match[3] ?? '' }]);
  }
  return found;
}

export const firstLine = (raw: Buffer, name: string): string | undefined => linesOf(raw).get(name)?.[0]?.value;
export const plainText = (value: string | undefined): string =>
  (value ?? '').replace(/\\(.)/gs, (_, sign: string) => (sign === 'n' || sign === 'N' ? '\n' : sign));
export const escaped = (text: string): string => text.replace(/[\\;,]/g, '\\$&').replace(/\r?\n/g, '\\n');

/** What the connector keeps of an object, opened by hand. */
export function keptText(envelope: string | undefined): string | undefined {
  if (envelope === undefined) return undefined;
  return (JSON.parse(gunzipSync(Buffer.from(envelope, 'base64')).toString('utf8')) as { text: string }).text;
}

/** Lines as RFC 5545 folds them aren't needed: every reader takes long ones. */
export const textOf = (lines: readonly string[]): Buffer => Buffer.from(`${lines.join('\r\n')}\r\n`, 'utf8');
