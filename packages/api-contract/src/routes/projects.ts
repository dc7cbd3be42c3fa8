import { z } from 'zod';
import { defineRoutes } from '../route.ts';
import {
  CSV_LIMIT,
  csv,
  flag,
  id,
  idParams,
  jsonObject,
  MAX_PAGE,
  name,
  pageOf,
  pathId,
  timestamp,
} from '../schemas/common.ts';
import { PROJECT_ROLES, ROLES } from './session.ts';

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

const settingsDifference = z
  .object({
    field: z.string().describe('`dateFilter.to`, `folders.map` …'),
    before: z.unknown().optional().describe('Absent where it was not set'),
    after: z.unknown().optional().describe('Absent where it is not set any more'),
    words: z.string(),
  })
  .meta({ id: 'SettingsDifference' });

export const settingsView = z
  .object({
    settings: jsonObject.describe('With every default filled in'),
    version: z.number().int(),
    changes: z.array(settingsDifference).describe('What this request changed; empty where it only reads'),
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

const projectMembers = z.object({
  items: z.array(
    z
      .object({
        accountId: id,
        email: z.string(),
        role: z.enum(PROJECT_ROLES),
        organizationRole: z.enum(ROLES).describe('Counts in the project too, where it allows more'),
        since: timestamp,
      })
      .meta({ id: 'ProjectMember' }),
  ),
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
    isShared: true,
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
    isShared: true,
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
  listProjectAccess: {
    method: 'GET',
    path: '/api/projects/:id/access',
    summary: 'Who has a role in the project besides the one in the organization',
    tags: ['projects'],
    scope: 'admin',
    params: idParams,
    response: projectMembers,
  },
  grantProjectAccess: {
    method: 'PUT',
    path: '/api/projects/:id/access',
    summary: 'Give a person of the organization a role in the project',
    description: 'Counts at once, and only adds to what the role in the organization allows.',
    tags: ['projects'],
    scope: 'admin',
    params: idParams,
    body: z.object({ email: z.string().trim().min(1).max(320), role: z.enum(PROJECT_ROLES) }),
    response: projectMembers,
  },
  revokeProjectAccess: {
    method: 'DELETE',
    path: '/api/projects/:id/access/:accountId',
    summary: 'Take a person’s role in the project away',
    tags: ['projects'],
    scope: 'admin',
    params: idParams.extend({ accountId: pathId }),
    status: 200,
    response: projectMembers,
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
    scope: 'admin',
    params: idParams,
    body: z.object({
      patch: settingsPatch,
      ifVersion: z.number().int().optional().describe('Refuses where somebody else was faster'),
    }),
    response: settingsView,
  },
  getProjectDrift: {
    method: 'GET',
    path: '/api/projects/:id/drift',
    summary: 'Entries whose last pass ran with other settings than now',
    description:
      'Settings that decide over no object, such as bandwidth, do not count. Entries that never ran do not either.',
    tags: ['projects'],
    scope: 'read',
    params: idParams,
    response: z.object({
      ran: z.number().int().describe('Live entries that have run'),
      drifted: z.number().int(),
      groups: z
        .array(
          z.object({
            entries: z.number().int(),
            sample: z.array(z.object({ entryId: id, sourceAddress: z.string() })).describe('The first few'),
            settings: z.array(settingsDifference).describe('`before` is what the pass ran with, `after` what is now'),
          }),
        )
        .describe('By what they ran with, the largest first, 50 at most'),
    }),
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
  searchMapping: {
    method: 'GET',
    path: '/api/projects/:id/mapping/rows',
    summary: 'Mapping table, page by page, by source',
    tags: ['projects'],
    scope: 'read',
    params: idParams,
    query: z.object({
      search: z.string().max(200).optional().describe('Anywhere in source or target'),
      kind: mappingRowSchema.shape.kind.optional(),
      after: z.string().max(1000).optional().describe('`next` of the page before'),
      limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(200),
    }),
    response: pageOf(mappingRowSchema).extend({
      total: z.number().int().describe('Rows of the whole table'),
      matching: z.number().int(),
    }),
  },
  changeMapping: {
    method: 'PATCH',
    path: '/api/projects/:id/mapping',
    summary: 'Add and remove single rows',
    description:
      'To correct a row, remove its old source and put the new row. A source that is mapped already is refused.',
    tags: ['projects'],
    scope: 'operate',
    params: idParams,
    body: z.object({
      put: z.array(mappingRowSchema).max(10_000).optional(),
      remove: z.array(z.string().max(1000)).max(10_000).optional().describe('Sources'),
    }),
    response: z.object({ total: z.number().int().describe('Rows of the table now') }),
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
    query: z.object({
      append: flag('Add to the table and replace single rows, instead of replacing it whole'),
      preview: flag('Write nothing, only say what would happen'),
    }),
    consumes: 'text/csv',
    body: csv,
    bodyLimit: CSV_LIMIT,
    response: z.object({
      imported: z.number().int().describe('With `preview`: good lines'),
      problems: z.array(csvProblemSchema),
      effect: z
        .object({
          added: z.number().int(),
          changed: z.number().int(),
          unchanged: z.number().int(),
          removed: z.number().int(),
        })
        .describe('What the good lines do to the table as it was'),
    }),
  },
});
