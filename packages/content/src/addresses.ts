/** Web addresses in texts, HTML or plain: where they are, and others in their places. */

/** In quotes they end with the quotes; elsewhere with what no address holds. */
const ADDRESS = /"(https?:\/\/[^"<>\r\n]*)"|'(https?:\/\/[^'<>\r\n]*)'|https?:\/\/[^\s"'<>\\^`{|}]+/gi;
const WHOLE = /^https?:\/\/[^"<>\r\n]+$/i;
/** Ends a sentence rather than an address. */
const PUNCTUATION = /[.,;:!?)\]]+$/;
const TAG = /<[a-z!/]/i;

/**
 * The addresses that a text holds, in its order. What could end in several places is there with all readings, the likely
 * one first.
 */
export function addressesIn(text: string): readonly (readonly string[])[] {
  const found: (readonly string[])[] = [];
  rewritten(text, (readings) => {
    found.push(readings);
    return undefined;
  });
  return found;
}

/** The text with other addresses in place of those that it has one for; nothing else of it changes. */
export const withAddresses = (text: string, addressOf: (address: string) => string | undefined): string =>
  rewritten(text, (readings) => {
    for (const reading of readings) {
      const address = addressOf(reading);
      if (address !== undefined) return { reading, address };
    }
    return undefined;
  });

type Choose = (readings: readonly string[]) => { readonly reading: string; readonly address: string } | undefined;

function rewritten(text: string, choose: Choose): string {
  const isHtml = TAG.test(text);
  const put = (address: string): string => (isHtml ? address.replaceAll('&', '&amp;') : address);
  // A text that is nothing but an address may hold spaces in its path, or end with words about it.
  if (WHOLE.test(text) && !/[\s(<]https?:/i.test(text)) {
    const longer = (/^[^?#]*(?:[?#]\S*)?/.exec(text) as RegExpExecArray)[0];
    const [word = ''] = text.split(/\s/);
    const whole = choose(readingsOf(longer, word, word.replace(PUNCTUATION, '')));
    return whole === undefined ? text : put(whole.address) + text.slice(lengthOf(text, whole.reading));
  }
  return text.replace(ADDRESS, (match: string, double?: string, single?: string) => {
    const quoted = double ?? single;
    const raw = quoted ?? match;
    const chosen = choose(quoted === undefined ? readingsOf(raw.replace(PUNCTUATION, ''), raw) : [decoded(raw)]);
    if (chosen === undefined) return match;
    const rest = raw.slice(lengthOf(raw, chosen.reading));
    const quote = quoted === undefined ? '' : (match[0] as string);
    return `${quote}${put(chosen.address)}${rest}${quote}`;
  });
}

/** HTML writes `&` as `&amp;`. */
const decoded = (raw: string): string => raw.replaceAll('&amp;', '&');

const readingsOf = (...raw: readonly string[]): readonly string[] => [...new Set(raw.map(decoded))];

/** How much of the raw text a reading of its beginning is. */
function lengthOf(raw: string, reading: string): number {
  for (let end = raw.length; end > 0; end -= 1) if (decoded(raw.slice(0, end)) === reading) return end;
  return raw.length;
}

/** All texts within a JSON value, changed. */
export function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((one) => mapTexts(one, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, mapTexts(one, change)]));
}
