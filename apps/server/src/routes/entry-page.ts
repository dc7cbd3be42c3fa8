import type { entryPageRoutes } from '@sterna/api-contract';
import {
  compareObject,
  countNotes,
  entryFailures,
  entryLineage,
  listFailedObjects,
  listNotes,
  verifyReport,
} from '@sterna/application';
import { type Handlers, signalOf } from '../http/handler.ts';
import { showPass } from './show.ts';

export const entryPageHandlers: Handlers<typeof entryPageRoutes> = {
  entryFailures: async ({ application, actor, params }) => {
    const found = await entryFailures(application, actor, { entryId: params.id });
    return { ...found, pass: found.pass as { id: number; status: string; error: string } | undefined };
  },
  listFailedObjects: async ({ application, actor, params, query }) =>
    listFailedObjects(application, actor, { ...query, entryId: params.id }),
  entryLineage: async ({ application, actor, params }) => ({
    items: await entryLineage(application, actor, { entryId: params.id }),
  }),
  listNotes: async ({ application, actor, params, query: { kind, ...query } }) =>
    listNotes(application, actor, { ...query, entryId: params.id, kinds: kind === undefined ? undefined : [kind] }),
  countNotes: async ({ application, actor, params, query: { kind } }) => ({
    items: await countNotes(application, actor, {
      entryId: params.id,
      kinds: kind === undefined ? undefined : [kind],
    }),
  }),
  verifyReport: async ({ application, actor, params }) => {
    const report = await verifyReport(application, actor, { entryId: params.id });
    return { ...report, pass: report.pass === undefined ? undefined : showPass(report.pass) };
  },
  compareObject: async ({ application, actor, params, body, reply }) =>
    compareObject(application, actor, {
      entryId: params.id,
      noteId: params.note,
      bytes: body.bytes,
      signal: signalOf(reply),
    }),
};
