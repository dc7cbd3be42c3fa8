import type { FidelityNote } from '@sterna/connector-kit';
import { SternaError } from '@sterna/core';
import type { PlannedAttachment } from '../calendar/to-event.ts';
import { statusOf } from '../graph/errors.ts';
import { uploadPieces } from '../outlook/attach.ts';
import { removeAttachments } from '../outlook/attachments.ts';
import type { PartContext } from '../part.ts';
import { WRITE } from './task-lists.ts';

/** A POST takes less than 3 MB; more goes by upload sessions, up to 25 MB (https://learn.microsoft.com/en-us/graph/todo-attachments). */
const UPLOAD_FROM = 3 * 1024 * 1024;
const MOST = 25 * 1024 * 1024;

/**
 * Files of tasks. The reference has a permission for them only where a user has signed in, so a service may refuse them to
 * an app (https://learn.microsoft.com/en-us/graph/api/todotask-post-attachments); it is asked once in a session.
 */
export class TaskFiles {
  readonly #context: PartContext;
  #isRefused = false;

  constructor(context: PartContext) {
    this.#context = context;
  }

  /**
   * @param path of the task
   * @param notes those of what isn't held are added
   * @returns whether all of them are held
   */
  async add(path: string, files: readonly PlannedAttachment[], notes: FidelityNote[]): Promise<boolean> {
    let isWhole = true;
    for (const file of files) {
      const reason = await this.#add(path, file);
      if (reason === undefined) continue;
      isWhole = false;
      notes.push({ code: 'attachment-not-held', text: `An attachment is not on the task: ${file.name}. ${reason}` });
    }
    return isWhole;
  }

  /** @returns why it isn't there */
  async #add(path: string, { name, contentType, bytes }: PlannedAttachment): Promise<string | undefined> {
    if (bytes.length > MOST) return 'To Do holds files of 25 MB.';
    if (!this.#isRefused)
      try {
        return await this.#send(path, name, contentType, bytes);
      } catch (error) {
        if (statusOf(error) !== 403) throw error;
        this.#isRefused = true;
      }
    return 'Microsoft 365 lets no app attach files to tasks.';
  }

  async #send(path: string, name: string, contentType: string, bytes: Buffer): Promise<undefined> {
    if (bytes.length >= UPLOAD_FROM) {
      const form = { attachmentInfo: { attachmentType: 'file', name, size: bytes.length, contentType } };
      await uploadPieces(this.#context, path, bytes, { right: WRITE, form, below: '/content' });
      return;
    }
    await this.#context.client.send({
      method: 'POST',
      path: `${path}/attachments`,
      body: {
        '@odata.type': '#microsoft.graph.taskFileAttachment',
        name,
        contentType,
        contentBytes: bytes.toString('base64'),
      },
      doing: 'adding an attachment',
      right: WRITE,
      budget: this.#context.outlook,
    });
  }

  /** @param notes one is added where they stay */
  async removeAll(path: string, notes: FidelityNote[]): Promise<void> {
    try {
      await removeAttachments(this.#context, path, WRITE, {});
    } catch (error) {
      if (!(error instanceof SternaError) || statusOf(error) !== 403) throw error;
      notes.push({
        code: 'attachment-not-removed',
        text: 'Files that were attached to the task are still there: Microsoft 365 lets no app remove them.',
      });
    }
  }
}
