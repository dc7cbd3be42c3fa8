import type { entryRoutes } from '@sterna/api-contract';
import { ENTRY_STATUSES } from '@sterna/api-contract';
import {
  assignLicense,
  bulk,
  createEntries,
  deleteEntry,
  exportUserList,
  finishEntry,
  getEntry,
  getList,
  importUserList,
  listBatches,
  listEntries,
  planStart,
  previewBulk,
  readSelection,
  recreateEntry,
  releaseLicense,
  resumePass,
  retryPass,
  startAudit,
  startDryRun,
  startPass,
  startPreprocess,
  startVerify,
  stopPass,
  updateEntry,
} from '@sterna/application';
import { type EntryStatus, SternaError } from '@sterna/core';
import { bytesOf, type Handlers, signalOf } from '../http/handler.ts';
import { showEntry, showPass } from './show.ts';

/** @throws SternaError config where one isn't a status */
function readStatuses(text: string | undefined): readonly EntryStatus[] | undefined {
  return text?.split(',').map((word) => {
    const status = ENTRY_STATUSES.find((known) => known === word.trim());
    if (status !== undefined) return status;
    throw new SternaError('config', 'status-unknown', `There is no status "${word.trim()}".`, {
      field: 'status',
      fix: `Use ${ENTRY_STATUSES.join(', ')}.`,
    });
  });
}

/** @throws SternaError config where one isn't a number */
function readIds(text: string | undefined): readonly number[] | undefined {
  return text?.split(',').map((word) => {
    const id = Number(word);
    if (Number.isSafeInteger(id) && id > 0) return id;
    throw new SternaError('config', 'id-invalid', `"${word}" is no number of an entry.`, {
      field: 'ids',
      fix: 'Give the numbers of entries, with commas between them.',
    });
  });
}

export const entryHandlers: Handlers<typeof entryRoutes> = {
  listEntries: async ({ application, actor, params, query }) => {
    const page = await listEntries(application, actor, {
      ...query,
      projectId: params.id,
      status: readStatuses(query.status),
      ids: readIds(query.ids),
    });
    return { ...page, items: page.items.map(showEntry) };
  },
  listBatches: async ({ application, actor, params }) => ({
    items: await listBatches(application, actor, { projectId: params.id }),
  }),
  createEntries: async ({ application, actor, params, body }) => {
    const items = await createEntries(application, actor, { projectId: params.id, entries: body.entries });
    return { items: items.map(showEntry) };
  },
  importEntries: async ({ application, actor, params, query, body }) =>
    importUserList(application, actor, { projectId: params.id, csv: bytesOf(body), ...query }),
  exportEntries: async ({ application, actor, params }) => exportUserList(application, actor, { projectId: params.id }),
  discoverEntries: async ({ application, actor, params, body, reply }) => ({
    items: await getList(application, actor, {
      projectId: params.id,
      itemType: body.itemType,
      signal: signalOf(reply),
    }),
  }),
  bulkEntries: async ({ application, actor, params, body: { act, bulkId, expected, ...given } }) =>
    bulk(application, actor, { ...readSelection(params.id, given), act, bulkId, expected }),
  previewBulk: async ({ application, actor, params, body: { act, ...given } }) =>
    previewBulk(application, actor, { ...readSelection(params.id, given), act }),
  exportSelection: async ({ application, actor, params, body }) =>
    exportUserList(application, actor, { projectId: params.id, selection: readSelection(params.id, body) }),
  getEntry: async ({ application, actor, params }) =>
    showEntry(await getEntry(application, actor, { entryId: params.id })),
  updateEntry: async ({ application, actor, params, body }) =>
    showEntry(await updateEntry(application, actor, { entryId: params.id, ...body })),
  deleteEntry: async ({ application, actor, params }) =>
    showEntry(await deleteEntry(application, actor, { entryId: params.id })),
  recreateEntry: async ({ application, actor, params, body }) =>
    showEntry(await recreateEntry(application, actor, { entryId: params.id, ...body })),
  assignLicense: async ({ application, actor, params, body }) =>
    assignLicense(application, actor, { entryId: params.id, ...body }),
  releaseLicense: async ({ application, actor, params }) => releaseLicense(application, actor, { entryId: params.id }),
  planEntry: async ({ application, actor, params, query }) =>
    planStart(application, actor, { entryId: params.id, ...query }),
  startEntry: async ({ application, actor, params, body }) => {
    const { pass, burned } = await startPass(application, actor, { entryId: params.id, ...body });
    return { pass: showPass(pass), burned };
  },
  stopEntry: async ({ application, actor, params }) => ({
    pass: showPass(await stopPass(application, actor, { entryId: params.id })),
  }),
  resumeEntry: async ({ application, actor, params }) => ({
    pass: showPass(await resumePass(application, actor, { entryId: params.id })),
  }),
  retryEntry: async ({ application, actor, params, body }) => ({
    pass: showPass(await retryPass(application, actor, { entryId: params.id, ...body })),
  }),
  preprocessEntry: async ({ application, actor, params }) => ({
    pass: showPass(await startPreprocess(application, actor, { entryId: params.id })),
  }),
  finishEntry: async ({ application, actor, params }) => ({
    pass: showPass(await finishEntry(application, actor, { entryId: params.id })),
  }),
  auditEntry: async ({ application, actor, params }) => ({
    pass: showPass(await startAudit(application, actor, { entryId: params.id })),
  }),
  dryRunEntry: async ({ application, actor, params }) => ({
    pass: showPass(await startDryRun(application, actor, { entryId: params.id })),
  }),
  verifyEntry: async ({ application, actor, params, body }) => ({
    pass: showPass(await startVerify(application, actor, { entryId: params.id, ...body })),
  }),
};
