import type { Call } from '../http/call.ts';
import { page } from '../http/paging.ts';
import { empty, json, type Result } from '../http/result.ts';
import type { Route } from '../http/router.ts';
import {
  addComment,
  addReply,
  changeComment,
  changeReply,
  commentOf,
  deleteComment,
  deleteReply,
  replyOf,
} from './comments.ts';
import { invalidParameter } from './errors.ts';
import type { Comment, DriveFile } from './file.ts';
import { commentJson, replyJson, type View } from './json.ts';
import { anyFileOf, requireFields, viewOf } from './request.ts';
import { route } from './route.ts';

const SIZE = { name: 'pageSize', otherwise: 20, max: 100, cut: false };

function list(call: Call): Result {
  requireFields(call);
  const view = viewOf(call);
  const file = anyFileOf(call, view);
  const withDeleted = call.query.boolean('includeDeleted');
  const since = call.query.text('startModifiedTime');
  const from = since === undefined ? Number.NEGATIVE_INFINITY : Date.parse(since);
  if (Number.isNaN(from)) throw invalidParameter('startModifiedTime');
  const comments = [...file.comments.values()].filter(
    ({ deleted, modified }) => (withDeleted || !deleted) && modified >= from,
  );
  const { items, nextPageToken } = page(call, comments, SIZE, file.id);
  return json({
    kind: 'drive#commentList',
    ...(nextPageToken === undefined ? {} : { nextPageToken }),
    comments: items.map((comment) => commentJson(view, comment, withDeleted)),
  });
}

function get(call: Call): Result {
  requireFields(call);
  const { view, comment, withDeleted } = asked(call);
  return json(commentJson(view, comment, withDeleted));
}

function create(call: Call): Result {
  requireFields(call);
  const view = viewOf(call);
  return json(commentJson(view, addComment(view, anyFileOf(call, view), call.json()), false));
}

function update(call: Call): Result {
  requireFields(call);
  const { view, file, comment } = asked(call);
  changeComment(view, file, comment, call.json());
  return json(commentJson(view, comment, false));
}

function remove(call: Call): Result {
  const { view, file, comment } = asked(call);
  deleteComment(view, file, comment);
  return empty();
}

function listReplies(call: Call): Result {
  requireFields(call);
  const { view, comment, withDeleted } = asked(call);
  const replies = comment.replies.filter(({ deleted }) => withDeleted || !deleted);
  const { items, nextPageToken } = page(call, replies, SIZE, comment.id);
  return json({
    kind: 'drive#replyList',
    ...(nextPageToken === undefined ? {} : { nextPageToken }),
    replies: items.map((reply) => replyJson(view, reply)),
  });
}

function getReply(call: Call): Result {
  requireFields(call);
  const { view, comment, withDeleted } = asked(call);
  return json(replyJson(view, replyOf(comment, call.parameter('replyId'), withDeleted)));
}

function createReply(call: Call): Result {
  requireFields(call);
  const { view, file, comment } = asked(call);
  return json(replyJson(view, addReply(view, file, comment, call.json())));
}

function updateReply(call: Call): Result {
  requireFields(call);
  const { view, file, comment } = asked(call);
  const reply = replyOf(comment, call.parameter('replyId'), false);
  changeReply(view, file, reply, call.json());
  return json(replyJson(view, reply));
}

function removeReply(call: Call): Result {
  const { view, file, comment } = asked(call);
  deleteReply(view, file, replyOf(comment, call.parameter('replyId'), false));
  return empty();
}

function asked(call: Call): { view: View; file: DriveFile; comment: Comment; withDeleted: boolean } {
  const view = viewOf(call);
  const file = anyFileOf(call, view);
  const withDeleted = call.query.boolean('includeDeleted');
  return { view, file, comment: commentOf(file, call.parameter('commentId'), withDeleted), withDeleted };
}

const COMMENTS = '/files/{fileId}/comments';
const COMMENT = `${COMMENTS}/{commentId}`;
const REPLIES = `${COMMENT}/replies`;
const REPLY = `${REPLIES}/{replyId}`;
export const commentRoutes: readonly Route[] = [
  route('comments.list', 'GET', COMMENTS, list),
  route('comments.get', 'GET', COMMENT, get),
  route('comments.create', 'POST', COMMENTS, create),
  route('comments.update', 'PATCH', COMMENT, update),
  route('comments.delete', 'DELETE', COMMENT, remove),
  route('replies.list', 'GET', REPLIES, listReplies),
  route('replies.get', 'GET', REPLY, getReply),
  route('replies.create', 'POST', REPLIES, createReply),
  route('replies.update', 'PATCH', REPLY, updateReply),
  route('replies.delete', 'DELETE', REPLY, removeReply),
];
