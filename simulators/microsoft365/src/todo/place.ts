import type { Call } from '../http/call.ts';
import { itemNotFound } from '../http/errors.ts';
import { type Task, type TaskList, type TodoMailbox, todoMailbox } from './store.ts';

/** Apps on their own need the `.All` permissions, signed-in users the plain ones. */
export const readTasks = ['Tasks.Read', 'Tasks.ReadWrite', 'Tasks.Read.All', 'Tasks.ReadWrite.All'];
export const writeTasks = ['Tasks.ReadWrite', 'Tasks.ReadWrite.All'];

export const listPath = '/users/{user}/todo/lists/{list}';
export const taskPath = `${listPath}/tasks/{task}`;

export function mailboxOf(call: Call): TodoMailbox {
  return todoMailbox(call.cloud, call.tenant, call.mailboxUser());
}

/** The list that the path names. Throws 404. */
export function listOfCall(call: Call): { mailbox: TodoMailbox; list: TaskList } {
  const mailbox = mailboxOf(call);
  const list = mailbox.lists.get(call.parameter('list'));
  if (list === undefined) throw itemNotFound();
  return { mailbox, list };
}

/** The task that the path names. Throws 404. */
export function foundTask(call: Call): { mailbox: TodoMailbox; list: TaskList; task: Task } {
  const { mailbox, list } = listOfCall(call);
  const task = mailbox.tasks.get(call.parameter('task'));
  if (task === undefined || task.listId !== list.id) throw itemNotFound();
  return { mailbox, list, task };
}
