import { textOfHtml } from '@sterna/content';
import { ADDED, LITERAL, unmarked } from './marks.ts';

/**
 * HTML in the markup of Google Chat (https://developers.google.com/workspace/chat/format-messages): what it has no words
 * for is left out, what people read stays.
 */

const TOKEN = /<!--[\s\S]*?-->|<(\/?)([a-z][\w:-]*)\b((?:[^>"']|"[^"]*"|'[^']*')*)>|[^<]+|</gi;
/** Their contents are nothing that anybody reads. */
const HIDDEN = /<(head|style|script|title)\b[\s\S]*?<\/\1\s*>/gi;
const STYLES: Readonly<Record<string, string>> = {
  b: '*',
  strong: '*',
  h1: '*',
  h2: '*',
  h3: '*',
  h4: '*',
  h5: '*',
  h6: '*',
  i: '_',
  em: '_',
  s: '~',
  strike: '~',
  del: '~',
};
const BLOCKS = /^(?:p|div|tr|table|ul|ol|h[1-6]|blockquote|pre)$/;
const VOID = /^(?:br|hr|img|wbr|input|meta|link)$/;
/**
 * While it is put together, characters that no text has (Private Use) stand for what is decided at the end: `EDGE` of a
 * block, since between blocks one line ends, however many begin and end there; `SIDE` of markup, which works only where no
 * letter is beside it; `INDENT` of code, which stays.
 */
const EDGE = '\ue000';
const SIDE = '\ue001';
const INDENT = '\ue002';

interface Frame {
  readonly tag: string;
  readonly attributes: string;
  text: string;
}

/** @param mention the markup of `<at id="N">text</at>`; undefined: its text alone */
export function toMarkup(html: string, mention: (id: number) => string | undefined): string {
  const bottom: Frame = { tag: '', attributes: '', text: '' };
  const stack: Frame[] = [bottom];
  const top = (): Frame => stack.at(-1) ?? bottom;
  const close = (): void => {
    const frame = stack.pop();
    if (frame !== undefined) top().text += rendered(frame, stack, mention);
  };
  for (const [token, slash, name, attributes = ''] of html.replaceAll(HIDDEN, '').matchAll(TOKEN)) {
    if (token.startsWith('<!--')) continue;
    if (name === undefined) {
      const isCode = stack.some(({ tag }) => tag === 'code');
      if (stack.some(({ tag }) => tag === 'pre')) top().text += token.split('\n').map(indented).join('\n');
      else top().text += isCode ? textOf(token) : literal(textOf(token));
      continue;
    }
    const tag = name.toLowerCase();
    if (slash === '/') {
      if (!stack.some((frame) => frame.tag === tag)) continue;
      while (top().tag !== tag) close();
      close();
    } else if (VOID.test(tag) || attributes.endsWith('/')) top().text += voidOf(tag, attributes);
    else stack.push({ tag, attributes, text: '' });
  }
  while (stack.length > 1) close();
  return bottom.text
    .replaceAll(/(?<=[\p{L}\p{N}\ue001])\ue001|\ue001(?=[\p{L}\p{N}])/gu, LITERAL)
    .replaceAll(SIDE, '')
    .replaceAll(
      /[ \t]*[\ue000\n][\ue000\s]*/g,
      (ends) => (ends.includes(EDGE) ? '\n' : '') + ends.replaceAll(/[^\n]/g, ''),
    )
    .trim()
    .replaceAll(INDENT, ' ');
}

function rendered(
  { tag, attributes, text }: Frame,
  around: readonly Frame[],
  mention: (id: number) => string | undefined,
): string {
  if (tag === 'at') return mention(Number(attributeOf(attributes, 'id'))) ?? text;
  if (tag === 'emoji') return added(attributeOf(attributes, 'alt') ?? '');
  if (tag === 'attachment') return '';
  if (tag === 'a')
    return around.some((one) => one.tag === 'code' || one.tag === 'pre')
      ? text
      : linked(text, attributeOf(attributes, 'href'));
  if (tag === 'li') return `${EDGE}${around.at(-1)?.tag === 'ol' ? '1.' : '*'} ${text.trim()}${EDGE}`;
  if (tag === 'td' || tag === 'th') return `${text}\t`;
  if (tag === 'pre') {
    const code = text.replaceAll(/^\n|\n$/g, '');
    return `${EDGE}${code.includes('`') ? literal(code) : `\`\`\`${code}\`\`\``}${EDGE}`;
  }
  if (tag === 'code' && !around.some((one) => one.tag === 'pre'))
    return text.includes('`') ? literal(text) : styled(text, '`');
  const style = STYLES[tag];
  const styledText = style === undefined ? text : styled(text, style);
  if (!BLOCKS.test(tag)) return styledText;
  // Nothing in it is a line that is empty.
  return text.trim() === '' && tag === 'p' ? `${EDGE}\n${EDGE}` : `${EDGE}${styledText}${EDGE}`;
}

const voidOf = (tag: string, attributes: string): string => {
  if (tag === 'br') return '\n';
  if (tag === 'hr') return `${EDGE}----${EDGE}`;
  // Emojis of Teams are pictures; other pictures are uploaded.
  return tag === 'img' && /emoji/i.test(attributes) ? added(attributeOf(attributes, 'alt') ?? '') : '';
};

/** Each line by itself: markup doesn't reach over the end of one. */
const styled = (text: string, mark: string): string =>
  text
    .split(/([\n\ue000]+)/)
    .map((line) => {
      const [, before = '', inner = '', after = ''] = /^(\s*)(.*?)(\s*)$/s.exec(line) ?? [];
      return inner === '' || inner.includes(mark) || line.includes(EDGE)
        ? line
        : `${before}${SIDE}${mark}${inner}${mark}${SIDE}${after}`;
    })
    .join('');

function linked(text: string, href: string | undefined): string {
  const words = text.trim();
  if (href === undefined || !/^(?:https?|mailto|tel):[^\s<>|]+$/i.test(href)) return text;
  if (words === '' || /[<>|\n]/.test(words)) return text === '' ? '' : `${text} ${added(href)}`;
  return words === href ? href : `<${href}|${words}>`;
}

const added = (text: string): string => (text === '' ? '' : `${ADDED}${text}${ADDED}`);

/** A text that would be read as markup is kept from that; between spaces, or within a word, it wouldn’t be. */
const literal = (text: string): string =>
  text
    .replaceAll(/(?<!\s(?=.\s))[*_~]|[`<]/g, (mark, at: number) =>
      mark !== '<' && mark !== '`' && isWithinWord(text, at) ? mark : `${mark}${LITERAL}`,
    )
    .replaceAll(/^(\s*(?:[*•-]|\d+\.))(?=\s|$)/g, (mark) => `${mark}${LITERAL}`);

const isWithinWord = (text: string, at: number): boolean =>
  at > 0 && /^[\p{L}\p{N}].[\p{L}\p{N}]/su.test(text.slice(at - 1));

/** Entities as characters, spaces as HTML has them. */
function textOf(token: string): string {
  const bare = unmarked(token.replaceAll(/\s+/g, ' '));
  const [, before = '', inner = '', after = ''] = /^(\s*)(.*?)(\s*)$/s.exec(bare) ?? [];
  return `${before}${textOfHtml(inner)}${inner === '' ? '' : after}`;
}

/** A line of code, with what it is moved in by. */
function indented(line: string): string {
  const [, before = '', rest = ''] = /^(\s*)(.*)$/s.exec(line) ?? [];
  return `${INDENT.repeat(before.length)}${textOf(rest)}`;
}

function attributeOf(attributes: string, name: string): string | undefined {
  const found = new RegExp(`\\b${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s"'>]+))`, 'i').exec(attributes);
  const value = found?.[1] ?? found?.[2] ?? found?.[3];
  return value === undefined ? undefined : textOfHtml(value);
}
