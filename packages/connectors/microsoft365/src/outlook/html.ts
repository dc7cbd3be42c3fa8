/** What a body says, from Outlook's HTML and to it. Exchange answers HTML, however a body was written. */

const NAMED: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u00a0',
  copy: '©',
  reg: '®',
  euro: '€',
  hellip: '…',
  ndash: '–',
  mdash: '—',
  lsquo: '‘',
  rsquo: '’',
  ldquo: '“',
  rdquo: '”',
  bull: '•',
  middot: '·',
  laquo: '«',
  raquo: '»',
  auml: 'ä',
  ouml: 'ö',
  uuml: 'ü',
  Auml: 'Ä',
  Ouml: 'Ö',
  Uuml: 'Ü',
  szlig: 'ß',
};

const decoded = (text: string): string =>
  text.replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|([a-z]{2,8}));/gi, (whole, hex, decimal, name) => {
    if (name !== undefined) return NAMED[name as string] ?? whole;
    const point = hex === undefined ? Number(decimal) : Number.parseInt(hex as string, 16);
    return point > 0 && point <= 0x10ffff ? String.fromCodePoint(point) : '';
  });

/** The text of an HTML document as a person reads it, lines ended by LF. */
export function textOfHtml(html: string): string {
  const bare = html
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(/<(head|style|script|title)\b[\s\S]*?<\/\1\s*>/gi, '')
    .replace(/[ \t\r\n]+/g, ' ')
    .replace(/ ?<br\b[^>]*> ?/gi, '\n')
    .replace(/ ?<\/(?:p|div|tr|table|ul|ol|h[1-6]|blockquote|pre)\s*> ?/gi, '\n')
    .replace(/ ?<hr\b[^>]*> ?/gi, '\n----\n')
    .replace(/ ?<li\b[^>]*> ?/gi, '\n- ')
    .replace(/<\/(?:td|th)\s*> ?/gi, '\t')
    .replace(/<[^>]*>/g, '');
  return decoded(bare)
    .replace(/\u00a0/g, ' ')
    .replace(/[ \t]+\n/g, '\n')
    .replace(/^\s+|\s+$/g, '');
}

/** Nothing but paragraphs and line ends: its text says everything. */
export function isPlain(html: string): boolean {
  if (/<!-- converted from text -->/i.test(html)) return true;
  const inside = html.replace(/<head\b[\s\S]*?<\/head\s*>/gi, '');
  const tags = inside.match(/<[a-z][a-z0-9]*\b[^>]*>/gi) ?? [];
  return tags.every(
    (tag) =>
      /^<(?:html|body|div|p|br|meta)\b/i.test(tag) &&
      !/\bstyle\s*=\s*["'][^"']*(?:color|weight|italic|decoration)/i.test(tag),
  );
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
export const escapeHtml = (text: string): string => text.replace(/[&<>"]/g, (sign) => ESCAPES[sign] ?? sign);

/** A text after the last paragraph of an HTML document. */
export function appendedTo(html: string, text: string): string {
  const block = `<hr><div>${escapeHtml(text).replace(/\r?\n/g, '<br>\n')}</div>`;
  const end = /<\/body\s*>/i.exec(html);
  return end === null ? `${html}${block}` : `${html.slice(0, end.index)}${block}${html.slice(end.index)}`;
}

/** What a text says, however it is broken into lines: for comparing what was written with what came back. */
export const essence = (text: string): string => text.replace(/[\s\u00a0\u200b\ufeff]+/g, '');
