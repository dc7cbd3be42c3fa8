import { badRequest, driveError, insufficientPermissions } from './errors.ts';
import type { Comment, DriveFile, Reply } from './file.ts';
import type { View } from './json.ts';
import { textIn } from './write.ts';

type Body = Readonly<Record<string, unknown>>;

/** Source: developers.google.com/workspace/drive/api/guides/manage-comments. */
export function addComment(view: View, file: DriveFile, body: Body): Comment {
  const { corpus, person, now } = view;
  corpus.checkRole(file, person, 'commenter', now);
  const content = textIn(body, 'content');
  if (content === undefined || content === '') throw badRequest('The content of a comment is missing.');
  const quoted = body.quotedFileContent;
  const comment: Comment = {
    id: corpus.token(11),
    author: person,
    content,
    anchor: textIn(body, 'anchor'),
    quoted: typeof quoted === 'object' && quoted !== null ? (quoted as Comment['quoted'] & object) : undefined,
    created: now,
    modified: now,
    deleted: false,
    resolved: false,
    replies: [],
  };
  file.comments.set(comment.id, comment);
  corpus.touch(file, now);
  return comment;
}

/** Throws 404 for what isn't there, and for what was deleted unless asked for. */
export function commentOf(file: DriveFile, id: string, withDeleted: boolean): Comment {
  const comment = file.comments.get(id);
  if (comment === undefined || (comment.deleted && !withDeleted)) throw notThere('Comment', id, 'commentId');
  return comment;
}

export function changeComment(view: View, file: DriveFile, comment: Comment, body: Body): void {
  checkAuthor(view, file, comment);
  comment.content = textIn(body, 'content') ?? comment.content;
  comment.modified = view.now;
  view.corpus.touch(file, view.now);
}

export function deleteComment(view: View, file: DriveFile, comment: Comment): void {
  checkAuthor(view, file, comment);
  comment.deleted = true;
  comment.modified = view.now;
  view.corpus.touch(file, view.now);
}

export function addReply(view: View, file: DriveFile, comment: Comment, body: Body): Reply {
  const { corpus, person, now } = view;
  corpus.checkRole(file, person, 'commenter', now);
  const content = textIn(body, 'content');
  const { action } = body;
  if (action !== undefined && action !== 'resolve' && action !== 'reopen')
    throw badRequest('Invalid value for: action');
  if (action === undefined && (content === undefined || content === ''))
    throw badRequest('The content of a reply is missing.');
  const reply: Reply = {
    id: corpus.token(11),
    author: person,
    content: content ?? '',
    action,
    created: now,
    modified: now,
    deleted: false,
  };
  comment.replies.push(reply);
  comment.modified = now;
  if (action !== undefined) comment.resolved = action === 'resolve';
  corpus.touch(file, now);
  return reply;
}

export function replyOf(comment: Comment, id: string, withDeleted: boolean): Reply {
  const reply = comment.replies.find((each) => each.id === id);
  if (reply === undefined || (reply.deleted && !withDeleted)) throw notThere('Reply', id, 'replyId');
  return reply;
}

export function changeReply(view: View, file: DriveFile, reply: Reply, body: Body): void {
  checkAuthor(view, file, reply);
  reply.content = textIn(body, 'content') ?? reply.content;
  reply.modified = view.now;
  view.corpus.touch(file, view.now);
}

export function deleteReply(view: View, file: DriveFile, reply: Reply): void {
  checkAuthor(view, file, reply);
  reply.deleted = true;
  reply.modified = view.now;
  view.corpus.touch(file, view.now);
}

function checkAuthor(view: View, file: DriveFile, written: Comment | Reply): void {
  if (written.author.permissionId !== view.person.permissionId) throw insufficientPermissions(file.id);
}

function notThere(what: string, id: string, parameter: string) {
  return driveError(404, 'notFound', `${what} not found: ${id}.`, { location: parameter, locationType: 'parameter' });
}
