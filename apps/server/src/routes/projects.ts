import type { projectRoutes } from '@sterna/api-contract';
import {
  changeMapping,
  createProject,
  exportMapping,
  getMapping,
  getProject,
  grantProjectAccess,
  importMapping,
  listProjectAccess,
  listProjects,
  type ProjectView,
  projectDrift,
  putMapping,
  renameProject,
  revokeProjectAccess,
  searchMapping,
  updateSettings,
} from '@sterna/application';
import { type SettingsDifference, settingsSchema } from '@sterna/core';
import { z } from 'zod';
import { bytesOf, type Handlers } from '../http/handler.ts';

const showSettings = (project: ProjectView, changes: readonly SettingsDifference[]) => ({
  settings: project.settings,
  version: project.settingsVersion,
  changes,
});

export const projectHandlers: Handlers<typeof projectRoutes> = {
  getSettingsSchema: async () => z.toJSONSchema(settingsSchema, { io: 'input', unrepresentable: 'any' }),
  listProjects: async ({ application, actor }) => ({ items: await listProjects(application, actor) }),
  createProject: async ({ application, actor, body }) => createProject(application, actor, body),
  getProject: async ({ application, actor, params }) => getProject(application, actor, { projectId: params.id }),
  updateProject: async ({ application, actor, params, body }) =>
    renameProject(application, actor, { projectId: params.id, name: body.name }),
  listProjectAccess: async ({ application, actor, params }) => ({
    items: await listProjectAccess(application, actor, { projectId: params.id }),
  }),
  grantProjectAccess: async ({ application, actor, params, body }) => ({
    items: await grantProjectAccess(application, actor, { projectId: params.id, ...body }),
  }),
  revokeProjectAccess: async ({ application, actor, params }) => ({
    items: await revokeProjectAccess(application, actor, { projectId: params.id, accountId: params.accountId }),
  }),
  getProjectSettings: async ({ application, actor, params }) =>
    showSettings(await getProject(application, actor, { projectId: params.id }), []),
  putProjectSettings: async ({ application, actor, params, body }) => {
    const { project, changes } = await updateSettings(application, actor, { projectId: params.id, ...body });
    return showSettings(project, changes);
  },
  getProjectDrift: async ({ application, actor, params }) => projectDrift(application, actor, { projectId: params.id }),
  getMapping: async ({ application, actor, params }) => ({
    items: await getMapping(application, actor, { projectId: params.id }),
  }),
  putMapping: async ({ application, actor, params, body }) => ({
    items: await putMapping(application, actor, { projectId: params.id, rows: body.items, append: body.append }),
  }),
  exportMapping: async ({ application, actor, params }) => exportMapping(application, actor, { projectId: params.id }),
  searchMapping: async ({ application, actor, params, query }) =>
    searchMapping(application, actor, { projectId: params.id, ...query }),
  changeMapping: async ({ application, actor, params, body }) =>
    changeMapping(application, actor, { projectId: params.id, ...body }),
  importMapping: async ({ application, actor, params, query, body }) =>
    importMapping(application, actor, { projectId: params.id, csv: bytesOf(body), ...query }),
};
