import type { Post } from '@sterna/content';
import { ADDED } from './marks.ts';

/**
 * What a message of Chat has no field for stands around its text: before it who said it, where that is nobody of the
 * organization, and its subject; after it links to what was attached.
 */
export interface Framed {
  readonly by?: Post['by'];
  readonly subject?: string;
  readonly importance?: NonNullable<Post['importance']>;
  readonly links: readonly { readonly name: string; readonly url: string }[];
}

const SIGNS = { high: '❗', urgent: '‼' } as const;

const line = (text: string): string => `${ADDED}${text}${ADDED}`;
/** In a line of ours nothing may end it. */
const plain = (text: string): string => text.replaceAll(/[\u2063\u2060\n]/g, ' ').trim();

export function framed(text: string, { by, subject, importance, links }: Framed): string {
  const sign = importance === undefined ? '' : SIGNS[importance];
  return [
    ...(by === undefined
      ? []
      : [line('app' in by ? `_⚙ ${plain(by.app)}_` : `_✎ ${plain(by.name ?? '')} (${by.address})_`)]),
    ...(subject === undefined && sign === ''
      ? []
      : [line(subject === undefined ? sign : `${sign}*${plain(subject)}*`)]),
    ...(text === '' ? [] : [text]),
    ...links.map(({ name, url }) => line(`📎 <${url}|${plain(name).replaceAll(/[<>|]/g, ' ')}>`)),
  ].join('\n');
}

const AUTHOR = /^\u2063_(?:✎ ([^\u2063]*?) \(([^()\s]+)\)|⚙ ([^\u2063]*))_\u2063\n?/u;
const SUBJECT = /^\u2063(❗|‼)?(?:\*([^\u2063]*)\*)?\u2063\n?/u;
const LINK = /\n?\u2063📎 <([^|>]+)\|([^>]*)>\u2063$/u;

/** Of a text that we wrote: what stands around it, and the text itself. */
export function unframed(whole: string): Framed & { readonly text: string } {
  let text = whole;
  const author = AUTHOR.exec(text);
  if (author !== null) text = text.slice(author[0].length);
  const head = SUBJECT.exec(text);
  if (head !== null) text = text.slice(head[0].length);
  const links: { name: string; url: string }[] = [];
  for (let found = LINK.exec(text); found !== null; found = LINK.exec(text)) {
    links.unshift({ url: found[1] ?? '', name: found[2] ?? '' });
    text = text.slice(0, found.index);
  }
  const [, name = '', address, app] = author ?? [];
  const importance = head?.[1] === SIGNS.high ? 'high' : head?.[1] === SIGNS.urgent ? 'urgent' : undefined;
  return {
    text,
    links,
    ...(app === undefined ? {} : { by: { app } }),
    ...(address === undefined ? {} : { by: { address, ...(name === '' ? {} : { name }) } }),
    ...(head?.[2] === undefined ? {} : { subject: head[2] }),
    ...(importance === undefined ? {} : { importance }),
  };
}
