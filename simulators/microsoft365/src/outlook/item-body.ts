import type { Call } from '../http/call.ts';
import { object, oneOf, orNull, text } from './input.ts';

/** An item's body as it was given. */
export interface ItemBody {
  readonly contentType: 'text' | 'html';
  readonly content: string;
}

export const emptyBody: ItemBody = { contentType: 'html', content: '' };

const fields = object('itemBody', { contentType: oneOf(['text', 'html']), content: orNull(text) });

export function readItemBody(value: unknown, path: string): ItemBody {
  const { contentType = 'text', content } = fields(value, path);
  return { contentType, content: content ?? '' };
}

const escaped: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0' };

const meta = '<meta http-equiv="Content-Type" content="text/html; charset=utf-8">';

/** Exchange keeps HTML documents: what isn't one becomes one, and scripts are cut. */
function asHtml(body: ItemBody): string {
  if (body.content === '') return '';
  if (body.contentType === 'text') {
    const lines = body.content
      .replaceAll(/[&<>"]/g, (letter) => escaped[letter] ?? letter)
      .replaceAll(/\r?\n/g, '<br>\r\n');
    return `<html><head>\r\n${meta}<meta name="Generator" content="Microsoft Exchange Server">\r\n<!-- converted from text --></head>\r\n<body>\r\n<font size="2"><span style="font-size:11pt;"><div class="PlainText">${lines}</div></span></font>\r\n</body>\r\n</html>\r\n`;
  }
  const safe = body.content.replaceAll(/<script\b[\s\S]*?<\/script\s*>/gi, '');
  if (/<html[\s>]/i.test(safe)) return safe;
  return `<html><head>\r\n${meta}</head><body>${safe}</body></html>`;
}

function asText(body: ItemBody): string {
  if (body.contentType === 'text') return body.content;
  return body.content
    .replaceAll(/<(head|style|script)\b[\s\S]*?<\/\1\s*>/gi, '')
    .replaceAll(/\r?\n/g, ' ')
    .replaceAll(/<(br|\/p|\/div|\/tr|\/li|\/h[1-6])\b[^>]*>/gi, '\r\n')
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll(/&(#x[0-9a-f]+|#\d+|\w+);/gi, (whole, name: string) => {
      if (name.startsWith('#')) return String.fromCodePoint(Number(name.replace('#x', '0x').replace('#', '')));
      return entities[name.toLowerCase()] ?? whole;
    })
    .trim();
}

/** True when the request prefers text: `Prefer: outlook.body-content-type="text"`. */
export function prefersText(call: Call): boolean {
  return call.preferences.get('outlook.body-content-type')?.toLowerCase() === 'text';
}

/** The body as an answer shows it: HTML, however it was given, unless text is preferred. */
export function bodyJson(body: ItemBody, textPreferred: boolean): ItemBody {
  return textPreferred
    ? { contentType: 'text', content: asText(body) }
    : { contentType: 'html', content: asHtml(body) };
}

/** The first 255 characters of its text. */
export function bodyPreview(body: ItemBody): string {
  return asText(body).slice(0, 255);
}
