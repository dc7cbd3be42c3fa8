import { z } from 'zod';
import { defineRoutes } from '../route.ts';
import { CSV_LIMIT, csv, flag, id, idParams, jsonObject, name, timestamp } from '../schemas/common.ts';

const settingsPatch = jsonObject.describe(
  'Any part of the settings (GET /api/settings-schema); an object merges member by member, null goes back to the default',
);

export const projectSchema = z
  .object({
    id,
    name: z.string(),
    source: z.object({ id, name: z.string(), connector: z.string() }),
    target: z.object({ id, name: z.string(), connector: z.string() }),
    settings: jsonObject.describe('With every default filled in'),
    settingsVersion: z.number().int(),
    entries: z.record(z.string(), z.number().int()).describe('Live entries by status'),
    createdAt: timestamp,
  })
  .meta({ id: 'Project' });

export const settingsView = z
  .object({
    settings: jsonObject.describe('With every default filled in'),
    version: z.number().int(),
    changes: z
      .array(z.object({ field: z.string(), words: z.string() }))
      .describe('What this request changed; empty where it only reads'),
  })
  .meta({ id: 'Settings' });

export const mappingRowSchema = z
  .object({
    source: z.string().trim().min(1).max(1000),
    target: z.string().trim().min(1).max(1000),
    kind: z.enum(['user', 'group', 'domain']),
  })
  .meta({ id: 'MappingRow' });

export const csvProblemSchema = z.object({
  line: z.number().int().describe("1 is the header's line; a quoted field may span several"),
  column: z.string().optional(),
  code: z.string(),
  message: z.string(),
  fix: z.string().optional(),
});

export const projectRoutes = defineRoutes({
  getSettingsSchema: {
    method: 'GET',
    path: '/api/settings-schema',
    summary: 'JSON Schema of the settings of projects and entries',
    tags: ['projects'],
    scope: 'read',
    response: jsonObject,
  },
  listProjects: {
    method: 'GET',
    path: '/api/projects',
    summary: 'Projects',
    tags: ['projects'],
    scope: 'read',
    response: z.object({ items: z.array(projectSchema) }),
  },
  createProject: {
    method: 'POST',
    path: '/api/projects',
    summary: 'Make a project from a source system to a target system',
    tags: ['projects'],
    scope: 'admin',
    body: z.object({ name, sourceSystemId: id, targetSystemId: id, settings: settingsPatch.optional() }),
    status: 201,
    response: projectSchema,
  },
  getProject: {
    method: 'GET',
    path: '/api/projects/:id',
    summary: 'One project',
    tags: ['projects'],
    scope: 'read',
    params: idParams,
    response: projectSchema,
  },
  updateProject: {
    method: 'PATCH',
    path: '/api/projects/:id',
    summary: 'Rename a project',
    tags: ['projects'],
    scope: 'admin',
    params: idParams,
    body: z.object({ name }),
    response: projectSchema,
  },
  getProjectSettings: {
    method: 'GET',
    path: '/api/projects/:id/settings',
    summary: 'Settings of a project',
    tags: ['projects'],
    scope: 'read',
    params: idParams,
    response: settingsView,
  },
  putProjectSettings: {
    method: 'PUT',
    path: '/api/projects/:id/settings',
    summary: 'Change settings; passes that have started keep theirs',
    tags: ['projects'],
    scope: 'operate',
    params: idParams,
    body: z.object({
      patch: settingsPatch,
      ifVersion: z.number().int().optional().describe('Refuses where somebody else was faster'),
    }),
    response: settingsView,
  },
  getMapping: {
    method: 'GET',
    path: '/api/projects/:id/mapping',
    summary: 'Mapping table: source address to target address',
    tags: ['projects'],
    scope: 'read',
    params: idParams,
    response: z.object({ items: z.array(mappingRowSchema) }),
  },
  putMapping: {
    method: 'PUT',
    path: '/api/projects/:id/mapping',
    summary: 'Replace the mapping table',
    tags: ['projects'],
    scope: 'operate',
    params: idParams,
    body: z.object({ items: z.array(mappingRowSchema).max(200_000), append: z.boolean().optional() }),
    bodyLimit: CSV_LIMIT,
    response: z.object({ items: z.array(mappingRowSchema) }),
  },
  exportMapping: {
    method: 'GET',
    path: '/api/projects/:id/mapping.csv',
    summary: 'Mapping table as CSV',
    tags: ['projects'],
    scope: 'read',
    params: idParams,
    produces: 'text/csv',
    response: z.string(),
  },
  importMapping: {
    method: 'POST',
    path: '/api/projects/:id/mapping/import',
    summary: 'Mapping table from a CSV (columns Source, Target, Kind)',
    description: 'Nothing is imported while there are problems.',
    tags: ['projects'],
    scope: 'operate',
    params: idParams,
    query: z.object({ append: flag('Add to the table and replace single rows, instead of replacing it whole') }),
    consumes: 'text/csv',
    body: csv,
    bodyLimit: CSV_LIMIT,
    response: z.object({ imported: z.number().int(), problems: z.array(csvProblemSchema) }),
  },
});
