import { ADDED, LITERAL } from './marks.ts';

/** The markup of Google Chat as HTML. @param mention the HTML for `<users/ID>` */
export function fromMarkup(markup: string, mention: (userId: string) => string): string {
  return markup
    .split(/```([\s\S]*?)```/)
    .map((part, at) => (at % 2 === 1 ? `<pre>${escaped(part)}</pre>` : linesOf(part, mention)))
    .join('');
}

const ITEM = /^\s*(?:([*•-])|\d+\.) (.*)$/;

function linesOf(text: string, mention: (userId: string) => string): string {
  if (text.trim() === '') return '';
  const found: string[] = [];
  let list: 'ul' | 'ol' | undefined;
  const inList = (wanted: typeof list): void => {
    if (list !== undefined && list !== wanted) found.push(`</${list}>`);
    if (wanted !== undefined && list !== wanted) found.push(`<${wanted}>`);
    list = wanted;
  };
  for (const line of text.replaceAll(/^\n|\n$/g, '').split('\n')) {
    const [item, bullet, words = ''] = ITEM.exec(line) ?? [];
    inList(item === undefined ? undefined : bullet === undefined ? 'ol' : 'ul');
    if (item !== undefined) found.push(`<li>${inline(words, mention)}</li>`);
    else found.push(line.trim() === '' ? '<p>&nbsp;</p>' : `<p>${inline(line, mention)}</p>`);
  }
  inList(undefined);
  return found.join('');
}

const INLINE = /<users\/([\w-]+)>|<((?:https?|mailto|tel):[^|>\s]+)\|([^>\n]*)>|`(?!\u2060)([^`\n]+)`/g;

/** Stands for what is no text, so that it may lie within a style (Private Use). */
const HELD = '\ue000';

function inline(text: string, mention: (userId: string) => string): string {
  const held: string[] = [];
  const bare = text
    .replaceAll(HELD, '')
    .replaceAll(INLINE, (_, user?: string, url?: string, words?: string, code?: string) => {
      if (user !== undefined) held.push(mention(user));
      else if (url !== undefined) held.push(`<a href="${escaped(url)}">${styled(words ?? '')}</a>`);
      else held.push(`<code>${escaped(code ?? '')}</code>`);
      return `${HELD}${held.length - 1}${HELD}`;
    });
  return styled(bare).replaceAll(/\ue000(\d+)\ue000/g, (_, at: string) => held[Number(at)] ?? '');
}

const TAGS: Readonly<Record<string, string>> = { '*': 'strong', _: 'em', '~': 's' };
const STYLE = new RegExp(`(?<![\\p{L}\\p{N}])([*_~])(?=[^\\s${LITERAL}])(.*?\\S)\\1(?![\\p{L}\\p{N}])`, 'gu');

/** Of styles that lie in each other, each is undone from the outside. */
function styled(text: string): string {
  const html = (part: string): string =>
    part.replace(STYLE, (_, mark: string, inner: string) => `<${TAGS[mark]}>${html(inner)}</${TAGS[mark]}>`);
  return html(escaped(text));
}

export const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const OURS = new RegExp(`${ADDED}[^${ADDED}]*${ADDED}|${LITERAL}`, 'gu');
/** Without what we put there ourselves. */
export const withoutOurs = (html: string): string => html.replaceAll(OURS, '');
