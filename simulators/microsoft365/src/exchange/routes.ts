import { eventKind } from '../calendar/event-kind.ts';
import { contactKind } from '../contacts/contact-kind.ts';
import type { Call } from '../http/call.ts';
import { badRequest, GraphError } from '../http/errors.ts';
import { entityReply, jsonReply, type Reply } from '../http/reply.ts';
import type { Budget, Route } from '../http/router.ts';
import { mailboxGuidOf } from '../mail/settings-state.ts';
import { collectionReply } from '../odata/collection.ts';
import { deltaReply } from '../odata/delta.ts';
import { project, shape } from '../odata/shape.ts';
import { perTenant } from '../state/per-tenant.ts';
import type { DirectoryUser, Tenant } from '../state/tenant.ts';
import type { ExchangeFolder, ExchangeItem, ItemKind } from './item-kind.ts';
import { mailKind } from './mail-kind.ts';
import { readTransferStream, writeTransferStream } from './transfer-stream.ts';

/** What can be exported and imported. */
const KINDS: readonly ItemKind[] = [mailKind, eventKind, contactKind];

const EXPORT_LIMIT = 20;
const SESSION_MS = 3600_000;
const IMPORT_BODY_LIMIT = 200 * 1024 * 1024;

const FOLDER = shape('mailboxFolder', [
  'id',
  'displayName',
  'parentFolderId',
  'childFolderCount',
  'totalItemCount',
  'type',
]);
const ITEM = shape('mailboxItem', [
  'id',
  'changeKey',
  'categories',
  'createdDateTime',
  'lastModifiedDateTime',
  'type',
  'size',
]);

const ONE = '/admin/exchange/mailboxes/{mailbox}';
const budget = (call: Call): Budget => ({
  app: call.identity.app.id,
  tenant: call.tenant.id,
  mailbox: owner(call).id,
});
const folders = {
  permissions: ['MailboxFolder.Read.All', 'MailboxFolder.ReadWrite.All'],
  service: 'outlook',
  budget,
} as const;
const items = {
  permissions: ['MailboxItem.Read.All', 'MailboxItem.ImportExport.All'],
  service: 'outlook',
  budget,
} as const;
const transfer = { permissions: ['MailboxItem.ImportExport.All'], service: 'outlook', budget } as const;

export const routes: Route[] = [
  {
    method: 'GET',
    path: '/users/{user}/settings/exchange',
    permissions: ['User.Read.All', 'User.ReadWrite.All', 'MailboxSettings.Read', 'MailboxSettings.ReadWrite'],
    service: 'outlook',
    handle: getExchangeSettings,
  },
  { ...folders, method: 'GET', path: `${ONE}/folders`, handle: listFolders },
  { ...folders, method: 'GET', path: `${ONE}/folders/{folder}`, handle: getFolder },
  { ...folders, method: 'GET', path: `${ONE}/folders/{folder}/childFolders`, handle: listChildFolders },
  { ...items, method: 'GET', path: `${ONE}/folders/{folder}/items`, handle: listItems },
  { ...items, method: 'GET', path: `${ONE}/folders/{folder}/items/delta`, handle: delta },
  { ...items, method: 'GET', path: `${ONE}/folders/{folder}/items/{item}`, handle: getItem },
  { ...transfer, method: 'POST', path: `${ONE}/exportItems`, handle: exportItems },
  { ...transfer, method: 'POST', path: `${ONE}/createImportSession`, handle: createImportSession },
  {
    method: 'POST',
    path: '/open/exchange-import/{key}',
    at: 'open',
    service: 'outlook',
    bodyLimit: IMPORT_BODY_LIMIT,
    budget: (call) => sessionsOf(call).get(call.parameter('key'))?.budget,
    handle: importItem,
  },
];

interface ImportSession {
  readonly tenant: Tenant;
  readonly user: DirectoryUser;
  readonly budget: Budget;
  readonly expiresAt: number;
}

const sessions = new WeakMap<object, Map<string, ImportSession>>();

function sessionsOf(call: Call): Map<string, ImportSession> {
  const known = sessions.get(call.cloud) ?? new Map<string, ImportSession>();
  sessions.set(call.cloud, known);
  return known;
}

function getExchangeSettings(call: Call): Reply {
  const user = call.mailboxUser();
  const primaryMailboxId = `MBX:${mailboxGuidOf(user)}@${call.tenant.id}`;
  return entityReply(call, project({ id: user.id, primaryMailboxId }, call.query.select));
}

/** The user whose mailbox `{mailbox}` is. */
function owner(call: Call): DirectoryUser {
  const [, guid, tenant] = /^MBX:([0-9a-f-]{36})@([0-9a-f-]{36})$/i.exec(call.parameter('mailbox')) ?? [];
  const user =
    tenant?.toLowerCase() === call.tenant.id ? ownerByGuid(call.tenant, guid?.toLowerCase() ?? '') : undefined;
  if (user?.hasMailbox === true) return user;
  throw new GraphError(404, 'ErrorMailboxNotFound', 'The mailbox was not found.');
}

/** Looked up for every export and import, in tenants of hundreds: each GUID is made once. */
const guids = perTenant(() => new Map<string, DirectoryUser>());

function ownerByGuid(tenant: Tenant, guid: string): DirectoryUser | undefined {
  const known = guids(tenant);
  if (known.size < tenant.users.size) for (const user of tenant.users.values()) known.set(mailboxGuidOf(user), user);
  return known.get(guid);
}

function allFolders(call: Call, tenant = call.tenant, user = owner(call)): ExchangeFolder[] {
  return KINDS.flatMap((kind) => kind.folders(call.cloud, tenant, user));
}

function folder(call: Call): ExchangeFolder {
  const id = call.parameter('folder');
  return found(allFolders(call).find((one) => one.id === id));
}

function listFolders(call: Call): Reply {
  const all = allFolders(call);
  const ids = new Set(all.map(({ id }) => id));
  const top = all.filter(({ parentId }) => parentId === undefined || !ids.has(parentId));
  return collectionReply(call, top, { shape: FOLDER, json: (one) => folderJson(one, all) });
}

function getFolder(call: Call): Reply {
  return entityReply(call, project(folderJson(folder(call), allFolders(call)), call.query.select));
}

function listChildFolders(call: Call): Reply {
  const all = allFolders(call);
  const children = all.filter(({ parentId }) => parentId === folder(call).id);
  return collectionReply(call, children, { shape: FOLDER, json: (one) => folderJson(one, all) });
}

function listItems(call: Call): Reply {
  const of = folder(call);
  const keys = of.keys().filter((key) => (of.item(key)?.createdAt ?? 0) <= call.now - call.cloud.faults.listDelayMs);
  return collectionReply(call, keys, { shape: ITEM, json: (key) => itemJson(of.item(key) as ExchangeItem) });
}

function getItem(call: Call): Reply {
  const id = call.parameter('item');
  const of = folder(call);
  const key = of.keys().find((one) => of.item(one)?.id === id);
  return entityReply(call, project(itemJson(found(key === undefined ? undefined : of.item(key))), call.query.select));
}

function delta(call: Call): Reply {
  const of = folder(call);
  return deltaReply(call, {
    log: of.log,
    scope: `exchange/${of.id}`,
    shape: ITEM,
    json: (key) => {
      const item = of.item(key);
      return item && itemJson(item);
    },
    removed: ({ id }) => ({ id: of.goneId(id) ?? id, '@removed': { reason: 'deleted' } }),
  });
}

function exportItems(call: Call): Reply {
  const json = call.json();
  const ids = json.ItemIds ?? json.itemIds;
  if (!Array.isArray(ids) || ids.length === 0) throw badRequest('ItemIds is missing.', 'ErrorInvalidRequest');
  if (ids.length > EXPORT_LIMIT) throw badRequest(`At most ${EXPORT_LIMIT} items at once.`, 'ErrorInvalidRequest');
  const user = owner(call);
  const value = ids.map((id: unknown) => {
    const item = KINDS.map((kind) => kind.find(call.cloud, call.tenant, user, String(id))).find(Boolean);
    if (item === undefined) {
      const error = { code: 'ErrorItemNotFound', message: 'The specified object was not found in the store.' };
      return { itemId: String(id), error };
    }
    return { itemId: String(id), changeKey: item.changeKey, data: writeTransferStream(item.content()) };
  });
  return jsonReply(200, { '@odata.context': `${call.base}/$metadata#Collection(exportItemResponse)`, value });
}

function createImportSession(call: Call): Reply {
  const key = call.cloud.ids.token(43);
  const expiresAt = call.now + SESSION_MS;
  sessionsOf(call).set(key, { tenant: call.tenant, user: owner(call), budget: budget(call), expiresAt });
  return jsonReply(call.cloud.assumptions.importSessionStatus, {
    '@odata.context': `${call.base}/$metadata#microsoft.graph.mailboxItemImportSession`,
    importUrl: `${call.cloud.openUrl}/open/exchange-import/${key}`,
    expirationDateTime: new Date(expiresAt).toISOString(),
  });
}

function importItem(call: Call): Reply {
  if (call.header('authorization') !== undefined) {
    throw new GraphError(401, 'InvalidAuthenticationToken', 'The URL is pre-authenticated; send no Authorization.');
  }
  const session = sessionsOf(call).get(call.parameter('key'));
  if (session === undefined || session.expiresAt <= call.now) {
    throw new GraphError(401, 'ErrorSessionExpired', 'The import session has expired.');
  }
  const { FolderId, Mode, Data, ItemId, ChangeKey } = call.json();
  if (typeof FolderId !== 'string' || typeof Data !== 'string') throw badRequest('FolderId and Data are needed.');
  const into = allFolders(call, session.tenant, session.user).find(({ id }) => id === FolderId);
  if (into === undefined) throw new GraphError(404, 'ErrorItemNotFound', 'The specified folder was not found.');
  const content = readTransferStream(Data);
  if (content === undefined) throw badRequest('The data is not an exported item.', 'ErrorCorruptData');
  if (Mode === 'create') {
    if (ItemId !== undefined || ChangeKey !== undefined) throw badRequest('Create takes no ItemId and no ChangeKey.');
    return imported(() => into.create(content));
  }
  if (Mode !== 'update') throw badRequest("Mode must be 'create' or 'update'.");
  if (typeof ItemId !== 'string' || typeof ChangeKey !== 'string')
    throw badRequest('Update needs ItemId and ChangeKey.');
  const old = KINDS.map((kind) => kind.find(call.cloud, session.tenant, session.user, ItemId)).find(Boolean);
  if (found(old).changeKey !== ChangeKey) {
    throw new GraphError(409, 'ErrorIrresolvableConflict', 'The item has changed since the ChangeKey was read.');
  }
  return imported(() => into.update(ItemId, content));
}

function imported(write: () => ExchangeItem): Reply {
  let item: ExchangeItem;
  try {
    item = write();
  } catch {
    throw badRequest('The item is of another kind than the folder.', 'ErrorInvalidRequest');
  }
  return jsonReply(200, { itemId: item.id, changeKey: item.changeKey });
}

function folderJson(of: ExchangeFolder, all: readonly ExchangeFolder[]): Record<string, unknown> {
  return {
    id: of.id,
    displayName: of.displayName,
    parentFolderId: of.parentId ?? null,
    childFolderCount: all.filter(({ parentId }) => parentId === of.id).length,
    totalItemCount: of.keys().length,
    type: of.type,
  };
}

function itemJson(item: ExchangeItem): Record<string, unknown> {
  return {
    '@odata.etag': `W/"${item.changeKey}"`,
    id: item.id,
    changeKey: item.changeKey,
    categories: item.categories,
    createdDateTime: new Date(item.createdAt).toISOString(),
    lastModifiedDateTime: new Date(item.modifiedAt).toISOString(),
    type: item.type,
    size: item.size,
  };
}

function found<T>(value: T | undefined): T {
  if (value !== undefined) return value;
  throw new GraphError(404, 'ErrorItemNotFound', 'The specified object was not found in the store.');
}
