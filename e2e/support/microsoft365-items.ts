import { calendarMailbox, contactMailbox, type Microsoft365, todoMailbox } from '@sterna/simulator-microsoft365';
import type { DavKind } from './dav-varied.ts';
import { heldText, type ItemsTruth, keptHash, lineOf, NOTHING, values } from './stepped-items.ts';

const KEPT = 'Binary {9bb1f4a4-1f4e-4c39-9d6c-0f5d4f6f2f39} Name SternaObject';
const EXTENSION = 'org.sterna.kept';

/** What the source's objects have to be over there. */
export function wantedItems(kind: DavKind, objects: Iterable<Buffer>): ItemsTruth {
  return [...objects]
    .map((raw) => {
      const text = raw.toString('utf8');
      const bytes = values(text, kind === 'contact' ? 'PHOTO' : 'ATTACH').map((one) => Buffer.from(one, 'base64'));
      const more =
        kind === 'event'
          ? `${values(text, 'RECURRENCE-ID').length} changed, ${values(text, 'EXDATE').length} left out`
          : kind === 'task'
            ? `${text.match(/- \[.\] /g)?.length ?? 0} steps`
            : '';
      return lineOf(
        values(text, kind === 'contact' ? 'FN' : 'SUMMARY')[0] ?? null,
        bytes,
        more,
        isKept(kind, text) ? keptHash(text) : NOTHING,
      );
    })
    .sort();
}

/** A task that To Do says all of is kept nowhere else. */
const isKept = (kind: DavKind, text: string): boolean => kind !== 'task' || /^X-ODD:/m.test(text);

/** What a mailbox really holds of a kind, whoever made it; past Graph. */
export function heldItems(server: Microsoft365, address: string, kind: DavKind): ItemsTruth {
  const tenant = server.tenant(address.split('@')[1] ?? '');
  const user = [...tenant.users.values()].find(({ userPrincipalName }) => userPrincipalName === address);
  if (user === undefined) throw new Error(`no user ${address}`);
  const { cloud } = server;
  const propertyOf = (properties: ReadonlyMap<string, unknown>): unknown => properties.get(KEPT);
  const whole = (chunks: readonly Buffer[]): Buffer => Buffer.concat(chunks);
  if (kind === 'contact')
    return [...contactMailbox(cloud, tenant, user).contacts.values()]
      .map(({ fields, photo, properties }) =>
        lineOf(fields.displayName, photo === undefined ? [] : [photo.content], '', heldText(propertyOf(properties))),
      )
      .sort();
  if (kind === 'event')
    return [...calendarMailbox(cloud, tenant, user).events.values()]
      .map(({ fields, exceptions, cancelled }) =>
        lineOf(
          fields.subject,
          fields.attachments.map(({ content }) => whole(content)),
          `${exceptions.size} changed, ${cancelled.size} left out`,
          heldText(propertyOf(fields.properties)),
        ),
      )
      .sort();
  return [...todoMailbox(cloud, tenant, user).tasks.values()]
    .map(({ fields, attachments, checklistItems, extensions }) =>
      lineOf(
        fields.title,
        attachments.map(({ content }) => whole(content)),
        `${checklistItems.length} steps`,
        heldText(extensions.find(({ extensionName }) => extensionName === EXTENSION)?.properties.object),
      ),
    )
    .sort();
}
