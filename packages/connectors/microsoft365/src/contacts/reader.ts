import {
  ahead,
  type ChangePage,
  type Container,
  type Content,
  type Reader,
  type Unreadable,
  type Vanished,
} from '@sterna/connector-kit';
import { containerGone } from '../calendar/calendars.ts';
import { UID_PROPERTY } from '../calendar/uid.ts';
import { type BatchResult, batch } from '../graph/batch.ts';
import { segment } from '../graph/client.ts';
import { statusOf } from '../graph/errors.ts';
import type { Removed } from '../graph/page.ts';
import { expandProperties, propertyOf } from '../graph/stamp.ts';
import { countOf, deltaOf } from '../outlook/delta.ts';
import { isGone } from '../outlook/gone.ts';
import { KEPT_PROPERTY } from '../outlook/kept.ts';
import type { PartContext } from '../part.ts';
import { contactCard } from './contact-card.ts';
import { type ContactFolders, folderPath, READ } from './contact-folders.ts';
import type { GraphContact } from './graph-contact.ts';

/** Contacts asked for by one `$batch`, each with its picture. */
const AT_ONCE = 10;
const EXPAND = expandProperties([KEPT_PROPERTY, UID_PROPERTY]);

export class ContactReader implements Reader {
  readonly #context: PartContext;
  readonly #folders: ContactFolders;

  constructor(context: PartContext, folders: ContactFolders) {
    this.#context = context;
    this.#folders = folders;
  }

  containers(): Promise<readonly Container[]> {
    return this.#folders.list();
  }

  async *changes(container: string, cursor: string | undefined): AsyncGenerator<ChangePage> {
    const path = folderPath(this.#context, container);
    try {
      yield* deltaOf<GraphContact & Removed>(
        this.#context,
        {
          path,
          query: { $select: 'id,changeKey' },
          doing: 'listing a contact folder',
          right: READ,
          changeOf: ({ id, changeKey }) => ({ id, ...(changeKey === undefined ? {} : { version: changeKey }) }),
          count: () => countOf(this.#context, path, 'counting a contact folder', READ),
        },
        cursor,
      );
    } catch (error) {
      throw statusOf(error) === 404 ? containerGone('contact folder', error) : error;
    }
  }

  async *read(container: string, ids: readonly string[]): AsyncGenerator<Content | Vanished | Unreadable> {
    const chunks = Array.from({ length: Math.ceil(ids.length / AT_ONCE) }, (_, n) =>
      ids.slice(n * AT_ONCE, (n + 1) * AT_ONCE),
    );
    for await (const [some, answers] of ahead(chunks, 2, (chunk) => this.#contacts(container, chunk)))
      for (const [at, id] of some.entries())
        yield content(id, answers[2 * at] as BatchResult, answers[2 * at + 1] as BatchResult);
  }

  #contacts(container: string, ids: readonly string[]): Promise<readonly BatchResult[]> {
    const { client, outlook } = this.#context;
    const path = folderPath(this.#context, container);
    return batch(
      client,
      ids.flatMap((id) => [
        { method: 'GET', path: `${path}/${segment(id)}`, query: { $expand: EXPAND } },
        { method: 'GET', path: `${path}/${segment(id)}/photo/$value`, expected: [404] },
      ]),
      { doing: 'reading contacts', budget: outlook, right: READ },
    );
  }
}

function content(id: string, answer: BatchResult, photo: BatchResult): Content | Vanished | Unreadable {
  if ('error' in answer) {
    if (isGone(answer.error)) return { id, vanished: true };
    if (answer.error.class === 'object') return { id, error: answer.error };
    throw answer.error;
  }
  if ('error' in photo && photo.error.class !== 'object') throw photo.error;
  const contact = answer.body as GraphContact;
  const properties = contact.singleValueExtendedProperties;
  const body = contactCard(
    contact,
    propertyOf(properties, UID_PROPERTY) ?? id,
    // Within a batch, bytes come in Base64.
    'error' in photo || photo.status >= 300 || typeof photo.body !== 'string'
      ? undefined
      : Buffer.from(photo.body, 'base64'),
    propertyOf(properties, KEPT_PROPERTY),
  );
  return {
    id,
    flags: [],
    date: undefined,
    size: body.length,
    body,
    ...(contact.changeKey === undefined ? {} : { version: contact.changeKey }),
  };
}
