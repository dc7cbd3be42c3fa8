import type { ChangeFacets, ChangePage, Container, Content, Reader, Unreadable, Vanished } from '@sterna/connector-kit';
import { asSternaError } from '@sterna/core';
import { readBodies } from './bodies.ts';
import { changesSince } from './changes.ts';
import { containerOf, type Folder, listFolders, type Namespaces } from './folders.ts';
import type { Link } from './link.ts';
import type { LinkPool } from './link-pool.ts';
import { mailboxFromId } from './mailbox-name.ts';
import type { ImapConnection } from './protocol/connection.ts';
import { asText } from './protocol/response-cursor.ts';
import { type Retry, retryable } from './retry.ts';

export interface ReaderParts {
  /** LIST and STATUS. */
  readonly folderLink: Link;
  readonly listLink: Link;
  readonly bodies: LinkPool;
  readonly namespaces: () => Promise<Namespaces>;
  readonly retry: Retry;
  readonly pageSize: number;
}

export class ImapReader implements Reader {
  readonly #parts: ReaderParts;

  constructor(parts: ReaderParts) {
    this.#parts = parts;
  }

  async containers(options?: { access?: boolean }): Promise<readonly Container[]> {
    for (let failures = 0; ; failures++) {
      try {
        const connection = await this.#parts.folderLink.connection();
        const namespaces = this.#parts.namespaces();
        const folders = await listFolders(connection, { namespaces, status: true, modseq: true });
        const selectable = folders.filter((folder) => folder.selectable);
        if (!options?.access || !connection.has('ACL')) return selectable.map(containerOf);
        return await Promise.all(
          selectable.map(async (folder) => ({ ...containerOf(folder), access: await accessOf(connection, folder) })),
        );
      } catch (thrown) {
        const error = asSternaError(thrown);
        if (!retryable(error) || !(await this.#parts.retry.pause(failures))) throw error;
      }
    }
  }

  changes(container: string, cursor: string | undefined, facets: ChangeFacets): AsyncIterable<ChangePage> {
    return changesSince(this.#parts.listLink, mailboxFromId(container), cursor, facets, this.#parts);
  }

  read(container: string, ids: readonly string[]): AsyncIterable<Content | Vanished | Unreadable> {
    return readBodies(this.#parts.bodies, mailboxFromId(container), ids, this.#parts.retry);
  }
}

/** RFC 4314: the list, where we may see it, else our own rights. */
async function accessOf(connection: ImapConnection, folder: Folder): Promise<NonNullable<Container['access']>> {
  const name = folder.mailbox.argument(connection);
  const access: { principal: string; rights: string }[] = [];
  let mine: string | undefined;
  const [acl] = await Promise.all([
    connection.run(['GETACL ', name], {
      untagged: (response) => {
        if (response.name !== 'ACL') return false;
        const { cursor } = response;
        cursor.value();
        while (!cursor.atEnd) {
          const principal = asText(cursor.value());
          const rights = cursor.atEnd ? undefined : asText(cursor.value());
          if (principal !== undefined && rights !== undefined)
            access.push({ principal: Buffer.from(principal, 'latin1').toString('utf8'), rights });
        }
        return true;
      },
    }),
    connection.run(['MYRIGHTS ', name], {
      untagged: (response) => {
        if (response.name !== 'MYRIGHTS') return false;
        response.cursor.value();
        mine = asText(response.cursor.value());
        return true;
      },
    }),
  ]);
  if (acl.status === 'OK') return access;
  return mine === undefined ? [] : [{ principal: 'me', rights: mine }];
}
