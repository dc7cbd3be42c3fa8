import { createHash } from 'node:crypto';
import { textOfHtml } from '../html.ts';
import { type JsonKind, jsonCodec, jsonPivot } from '../json/json-pivot.ts';
import { type Person, personAtTarget, personMeaning } from '../person.ts';
import type { ObjectLink } from '../pivot.ts';
import { waitsForObject } from '../waits.ts';

/** A message of a channel, a group's conversation or a chat space; its container is where it was said. */
export interface Post {
  readonly type: 'post';
  /** When it was said: ISO 8601 with milliseconds, UTC. */
  readonly at: string;
  /** A person, or the name of an app or bot. */
  readonly by: Person | { readonly app: string };
  /** Id of the post that it answers, as the reader lists it. Absent: it began a conversation. */
  readonly replyTo?: string;
  readonly subject?: string;
  readonly importance?: 'high' | 'urgent';
  /** HTML. Inline images are `<img src="image:ID">`, mentions `<at id="N">`, as in `images` and `mentions`. */
  readonly html: string;
  readonly mentions?: readonly Mention[];
  readonly images?: readonly PostImage[];
  readonly attachments?: readonly PostAttachment[];
  readonly reactions?: readonly { readonly reaction: string; readonly by: Person; readonly at?: string }[];
  /** When it was changed last, and when it was deleted: what is left of it is its place. */
  readonly edited?: string;
  readonly deleted?: string;
}

export interface Mention {
  readonly id: number;
  readonly text: string;
  /** Absent: a channel, a team, a tag, or somebody who is gone: the text alone says it. */
  readonly who?: Person;
}

export interface PostImage {
  readonly id: string;
  readonly contentType: string;
  readonly base64: string;
}

/**
 * `url`: of a file in the source; `path`: where it is among the files of the same entry; `content`: of a card; `base64`: what
 * was uploaded with the post and is nowhere else.
 */
export interface PostAttachment {
  readonly id: string;
  readonly name?: string;
  readonly contentType: string;
  readonly url?: string;
  readonly path?: readonly string[];
  readonly content?: string;
  readonly base64?: string;
}

const answered = (id: string): ObjectLink => ({ kind: 'post', id, isBeside: true });

const POST: JsonKind<Post> = {
  type: 'post',
  what: 'post',
  needed: { at: 'string', by: 'object', html: 'string' },
  // In a channel no two have the same millisecond: whose slot is taken gets the next.
  hasNaturalKey: true,
  keyIsSlot: true,
  keyOf: ({ at }) => Date.parse(at),
  meaningOf: ({ at, by, replyTo, subject, importance, html, images, attachments }) => ({
    at: Date.parse(at),
    by: 'app' in by ? by : personMeaning(by),
    replyTo,
    subject,
    importance,
    text: textOfHtml(html).replaceAll(/\s+/g, ' ').trim(),
    images: images?.map(({ base64 }) => createHash('sha256').update(base64, 'base64').digest('hex')),
    attachments: attachments?.map(({ name, contentType }) => [name ?? '', contentType]),
  }),
  titleOf: ({ subject, html }) => subject ?? textOfHtml(html).replaceAll(/\s+/g, ' ').trim().slice(0, 80),
  textMembers: ['html'],
  linksOf: ({ replyTo }) => (replyTo === undefined ? [] : [answered(replyTo)]),
  prepare(post, { mapping, targetOf }) {
    const parent = post.replyTo === undefined ? undefined : targetOf?.(answered(post.replyTo));
    if (post.replyTo !== undefined && targetOf !== undefined && parent === undefined)
      throw waitsForObject(
        'The post that it answers isn’t in the target.',
        'See why that one failed; the next delta pass brings the answers after it.',
      );
    const object: Post = {
      ...post,
      by: 'app' in post.by ? post.by : personAtTarget(post.by, mapping),
      ...(parent === undefined ? {} : { replyTo: parent }),
      ...(post.mentions === undefined
        ? {}
        : {
            mentions: post.mentions.map((one) =>
              one.who === undefined ? one : { ...one, who: personAtTarget(one.who, mapping) },
            ),
          }),
      ...(post.reactions === undefined
        ? {}
        : { reactions: post.reactions.map((one) => ({ ...one, by: personAtTarget(one.by, mapping) })) }),
    };
    return { object, notes: [] };
  },
  renamed: (post, number) => ({ ...post, at: new Date(Date.parse(post.at) + number).toISOString() }),
  span: ({ at }) => ({ from: new Date(at), until: new Date(Date.parse(at) + 1) }),
};

export const { read: readPost, write: writePost } = jsonCodec<Post>(POST);
export const postPivot = jsonPivot(POST);
