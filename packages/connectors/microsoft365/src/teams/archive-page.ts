import { type Post, readPost, writePost } from '@sterna/content';
import { escaped } from './signature.ts';

/** A post in a page; `post.images` have their bytes in files beside the page (`imageFiles`). */
export interface ArchivedPost {
  /** The millisecond that it has, as in Teams. */
  readonly id: string;
  readonly post: Post;
}

/** Posts of a channel that Teams doesn't take, as people read them. Its data stands before all that people wrote. */
export interface ArchivePage {
  /** Id of the channel whose page it is: a page that was migrated as a file is another channel's. */
  readonly channel: string;
  readonly posts: readonly ArchivedPost[];
}

export const IMAGE_FOLDER = 'images';

/** Names of a post's images in the folder `images`, in their order. */
export const imageFiles = ({ id, post }: ArchivedPost): readonly string[] =>
  (post.images ?? []).map(({ contentType }, at) => {
    const [, type] = /^image\/([a-z0-9]{1,10})/i.exec(contentType) ?? [];
    return `${id}-${at + 1}.${type?.toLowerCase() ?? 'bin'}`;
  });

const DATA = /<script type="application\/json" id="sterna-posts">([^<]*)<\/script>/;

/** Nothing that a post holds may run, or tell anybody that the page is read. */
const POLICY = "default-src 'none'; img-src 'self' file: data:; style-src 'unsafe-inline'";

const STYLE = `body{font:15px/1.45 "Segoe UI",system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem;color:#242424}
article{border:1px solid #d1d1d1;border-radius:.4rem;padding:.6rem 1rem;margin:1rem 0;overflow-wrap:anywhere}
article article{border:0;border-left:3px solid #d1d1d1;border-radius:0;margin:.6rem 0}
header,footer{color:#616161;font-size:.85em}h2{font-size:1.1em;margin:.3rem 0}img{max-width:100%}at{font-weight:600}`;

/** The same posts make the same bytes. */
export function writeArchivePage(page: ArchivePage, title: string): Buffer {
  const posts = page.posts.toSorted((one, other) => Number(one.id) - Number(other.id));
  const here = new Set(posts.map(({ id }) => id));
  const isAnswer = ({ post: { replyTo } }: ArchivedPost): boolean => replyTo !== undefined && here.has(replyTo);
  const answers = Map.groupBy(posts.filter(isAnswer), ({ post }) => post.replyTo);
  const threads = posts
    .filter((one) => !isAnswer(one))
    .map((one) => article(one, (answers.get(one.id) ?? []).map((answer) => article(answer, '')).join('\n')));
  const data = JSON.stringify({
    channel: page.channel,
    posts: posts.map(({ id, post }) => ({ id, post: JSON.parse(writePost(withoutBytes(post)).toString('utf8')) })),
  }).replaceAll('<', '\\u003c');
  return Buffer.from(
    `<!doctype html>
<html><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${POLICY}">
<title>${escaped(title)}</title><style>${STYLE}</style>
<script type="application/json" id="sterna-posts">${data}</script></head>
<body><h1>${escaped(title)}</h1>
${threads.join('\n')}
</body></html>
`,
    'utf8',
  );
}

/** Undefined: it is none of these pages, or somebody changed it beyond recognition. */
export function readArchivePage(bytes: Buffer): ArchivePage | undefined {
  const [, data] = DATA.exec(bytes.toString('utf8')) ?? [];
  try {
    const { channel, posts } = JSON.parse(data ?? '') as { channel: unknown; posts: { id: unknown; post: unknown }[] };
    if (typeof channel !== 'string') return undefined;
    return {
      channel,
      posts: posts.map(({ id, post }) => ({
        id: String(id),
        post: readPost(Buffer.from(JSON.stringify(post), 'utf8')),
      })),
    };
  } catch {
    return undefined;
  }
}

/** As pages hold it. */
export const withoutBytes = (post: Post): Post =>
  post.images === undefined ? post : { ...post, images: post.images.map((one) => ({ ...one, base64: '' })) };

function article(one: ArchivedPost, answers: string): string {
  const { id, post } = one;
  const { by, subject, importance, edited, deleted, reactions = [] } = post;
  const who = 'app' in by ? by.app : by.name === undefined ? by.address : `${by.name} <${by.address}>`;
  const marks = [
    moment(post.at),
    ...(importance === undefined ? [] : [importance === 'urgent' ? 'Urgent' : 'Important']),
    ...(edited === undefined ? [] : [`changed ${moment(edited)}`]),
    ...(deleted === undefined ? [] : [`deleted ${moment(deleted)}`]),
  ];
  const said = reactions.map(({ reaction, by: { name, address } }) => `${reaction} ${name ?? address}`);
  return [
    `<article id="p${escaped(id)}"><header><b>${escaped(who)}</b> · ${escaped(marks.join(' · '))}</header>`,
    ...(subject === undefined ? [] : [`<h2>${escaped(subject)}</h2>`]),
    `<div>${bodyOf(one)}</div>`,
    ...(post.attachments ?? []).map(({ name, url }) => attachment(name, url)),
    ...(said.length === 0 ? [] : [`<footer>${escaped(said.join(' · '))}</footer>`]),
    ...(answers === '' ? [] : [answers]),
    '</article>',
  ].join('\n');
}

function bodyOf(one: ArchivedPost): string {
  const files = imageFiles(one);
  return (one.post.images ?? []).reduce(
    (html, { id }, at) => html.replaceAll(`"image:${id}"`, () => `"${IMAGE_FOLDER}/${files[at]}"`),
    one.post.html,
  );
}

function attachment(name: string | undefined, url: string | undefined): string {
  const words = escaped(name ?? url ?? 'attachment');
  const isAddress = /^https?:\/\//i.test(url ?? '');
  return `<p>📎 ${isAddress ? `<a href="${escaped(url ?? '').replaceAll('"', '&quot;')}">${words}</a>` : words}</p>`;
}

/** Of an ISO 8601 text: to the minute, UTC. */
const moment = (text: string): string => `${text.slice(0, 16).replace('T', ' ')} UTC`;
