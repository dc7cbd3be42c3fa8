import type { Conversation } from './reader.ts';

/**
 * To which conversation each post of a container belongs.
 *
 * @param posts All that are listed, in the order in which they were said; `replyTo`: id of the post that it answers
 * @returns by id of a post
 */
export function conversationsOf(
  posts: readonly { readonly id: string; readonly replyTo: string | undefined }[],
): ReadonlyMap<string, Conversation> {
  const begun = new Map<string, number>();
  for (const { id, replyTo } of posts) if (!begun.has(replyTo ?? id)) begun.set(replyTo ?? id, begun.size);
  return new Map(
    posts.map(({ id, replyTo }) => {
      const root = replyTo ?? id;
      return [id, { root, newer: begun.size - 1 - (begun.get(root) as number) }];
    }),
  );
}
