import type { Post } from '@sterna/content';

/**
 * A post must be somebody’s of the tenant. One of a person or app that it doesn’t have is an owner’s, and begins with a line
 * that says whose it is; of our own copies that line is read back, so that the post is known again.
 */
const LINE = /^\s*<p[^>]*>\s*<em>(?:✎(?:&nbsp;|\s)+([^<]*?)\s*&lt;([^&<>\s]+)&gt;|⚙(?:&nbsp;|\s)([^<]*))<\/em>\s*<\/p>/;

export function signed(html: string, by: Post['by']): string {
  const who = 'app' in by ? `⚙ ${escaped(by.app)}` : `✎ ${escaped(by.name ?? '')} &lt;${escaped(by.address)}&gt;`;
  return `<p><em>${who}</em></p>${html}`;
}

/** Without that line; `by`: whom it names, where it is there. */
export function unsigned(html: string): { readonly html: string; readonly by?: Post['by'] } {
  const found = LINE.exec(html);
  if (found === null) return { html };
  const [line, name = '', address, app = ''] = found;
  const rest = html.slice(line.length);
  if (address === undefined) return { html: rest, by: { app: unescaped(app) } };
  return { html: rest, by: { address: unescaped(address), ...(name === '' ? {} : { name: unescaped(name) }) } };
}

export const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const unescaped = (text: string): string =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&nbsp;', ' ').replaceAll('&amp;', '&');
