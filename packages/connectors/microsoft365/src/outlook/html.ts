/** What a body says, from Outlook's HTML and to it. Exchange answers HTML, however a body was written. */

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
