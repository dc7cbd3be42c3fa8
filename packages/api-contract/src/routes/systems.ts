import { z } from 'zod';
import { defineRoutes } from '../route.ts';
import { id, idParams, jsonObject, name, timestamp } from '../schemas/common.ts';

const signIn = {
  user: z.string().max(500).optional().describe('Sign-in name where it differs from the address'),
  password: z.string().max(10_000).optional(),
  accessToken: z.string().max(20_000).optional().describe('OAuth 2 bearer'),
};

const partInput = z.object({
  address: z.string().max(1000).optional().describe('Of the mailbox at this server, where it is another'),
  ...signIn,
});

/** Write-only: they are sealed at rest, and no answer ever holds them. */
export const credentialsInput = z
  .object({
    ...signIn,
    parts: z
      .record(z.string().max(50), partInput)
      .optional()
      .describe('Where a mailbox is several servers: what is another for one of them, by its key (`caldav`)'),
  })
  .meta({ id: 'Credentials' });

export const systemSchema = z
  .object({
    id,
    name: z.string(),
    connector: z.string(),
    settings: z.unknown().optional().describe("The connector's settings, without secrets"),
    credentials: z
      .object({
        user: z.boolean(),
        password: z.boolean(),
        accessToken: z.boolean(),
        parts: z.array(z.string()).optional().describe('Servers with a sign-in of their own; absent: none'),
      })
      .describe('Which are stored; never what they are'),
    createdAt: timestamp,
  })
  .meta({ id: 'System' });

export const checkLineSchema = z
  .object({
    name: z.string(),
    ok: z.boolean(),
    evidence: z.string().describe("What was found, in the system's words where that helps"),
    fix: z.string().optional(),
  })
  .meta({ id: 'CheckLine' });

export const connectorSchema = z
  .object({
    name: z.string(),
    title: z.string(),
    kinds: z.array(z.string()),
    itemTypes: z.array(z.string()),
    canRead: z.boolean(),
    canWrite: z.boolean(),
    parts: z
      .array(z.string())
      .optional()
      .describe('Servers that a mailbox of it is, each of which may have credentials of its own'),
    settingsSchema: z.unknown().optional().describe('JSON Schema of the settings'),
  })
  .meta({ id: 'Connector' });

export const systemRoutes = defineRoutes({
  listConnectors: {
    method: 'GET',
    path: '/api/connectors',
    summary: 'Connectors of this build, with the JSON Schema of their settings',
    tags: ['systems'],
    scope: 'read',
    response: z.object({ items: z.array(connectorSchema) }),
  },
  listSystems: {
    method: 'GET',
    path: '/api/systems',
    summary: 'Systems',
    tags: ['systems'],
    scope: 'read',
    response: z.object({ items: z.array(systemSchema) }),
  },
  createSystem: {
    method: 'POST',
    path: '/api/systems',
    summary: 'Add a system',
    tags: ['systems'],
    scope: 'admin',
    body: z.object({
      name,
      connector: z.string().max(100),
      settings: jsonObject.default({}),
      credentials: credentialsInput.optional(),
    }),
    status: 201,
    response: systemSchema,
  },
  getSystem: {
    method: 'GET',
    path: '/api/systems/:id',
    summary: 'One system',
    tags: ['systems'],
    scope: 'read',
    params: idParams,
    response: systemSchema,
  },
  updateSystem: {
    method: 'PATCH',
    path: '/api/systems/:id',
    summary: 'Change a system',
    tags: ['systems'],
    scope: 'admin',
    params: idParams,
    body: z.object({
      name: name.optional(),
      settings: jsonObject.optional(),
      credentials: credentialsInput.optional().describe('{} forgets them'),
      credentialParts: z
        .record(z.string().max(50), partInput.nullable())
        .optional()
        .describe(
          'Changes to `credentials.parts`, server by server: null forgets, what is not named stays as it is stored. ' +
            'With it, `credentials` says what the sign-in of the mailbox as a whole is, and forgets no server.',
        ),
    }),
    response: systemSchema,
  },
  deleteSystem: {
    method: 'DELETE',
    path: '/api/systems/:id',
    summary: 'Remove a system that no project uses',
    tags: ['systems'],
    scope: 'admin',
    params: idParams,
  },
  checkSystem: {
    method: 'POST',
    path: '/api/systems/:id/check',
    summary: 'Reachability, rights and capabilities, with their evidence',
    tags: ['systems'],
    scope: 'operate',
    params: idParams,
    body: z.object({
      address: z.string().max(1000).optional().describe('Signs in to this mailbox for real'),
      credentials: credentialsInput
        .optional()
        .describe('For this check instead of those that are stored: a mailbox with a password of its own'),
    }),
    response: z.object({ ok: z.boolean(), lines: z.array(checkLineSchema) }),
  },
});
