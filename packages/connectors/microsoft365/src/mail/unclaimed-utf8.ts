/** Byte of each character of Windows' code page, which stands for whatever claims to be ASCII and isn't. */
const BYTES: ReadonlyMap<string, number> = new Map(
  Array.from({ length: 256 }, (_, byte) => [new TextDecoder('windows-1252').decode(Uint8Array.of(byte)), byte]),
);
/** UTF-8 has no byte above ASCII that stands alone; most text of Latin letters ends the search here. */
const ALONE = /(?<![\u0080-\uffff])[\u0080-\uffff](?![\u0080-\uffff])/;
const OTHER_CHARSET = /charset\s*=\s*["']?(?!us-ascii\b|ascii\b|utf-?8\b|x-unknown\b|unknown-8bit\b)[\w-]/i;

/**
 * Text as it was meant where a message says nothing about its encoding, or that it is ASCII, and its bytes are UTF-8: many
 * programs send that, and few readers show anything else.
 *
 * @param raw the message
 * @param text as read by the code page
 */
export function unclaimedUtf8(raw: Buffer, text: string | undefined): string | undefined {
  if (text === undefined || !/[\u0080-\uffff]/.test(text) || ALONE.test(text)) return text;
  if (OTHER_CHARSET.test(raw.toString('latin1'))) return text;
  const bytes: number[] = [];
  for (const character of text) {
    const byte = BYTES.get(character);
    if (byte === undefined) return text;
    bytes.push(byte);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(bytes));
  } catch {
    return text;
  }
}
