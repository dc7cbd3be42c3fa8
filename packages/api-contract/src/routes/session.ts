import { z } from 'zod';
import { defineRoutes, SCOPES } from '../route.ts';
import { id, idParams, name, timestamp } from '../schemas/common.ts';

/** Length alone is asked for: rules on signs make passwords worse (NIST SP 800-63B). */
const newPassword = z.string().min(12, 'must have at least 12 characters').max(1000);

const email = z.email('Write it as name@example.org').max(320);

export const PROJECT_ROLES = ['owner', 'operator', 'viewer', 'auditor'] as const;
/** In the organization; `none`: only in projects where a person has a role. */
export const ROLES = [...PROJECT_ROLES, 'none'] as const;

export const accountSchema = z
  .object({
    id,
    email: z.string(),
    role: z.enum(ROLES),
    organization: z.object({ id, publicId: z.string(), name: z.string() }),
    createdAt: timestamp,
  })
  .meta({ id: 'Account' });

export const tokenSchema = z
  .object({
    id,
    name: z.string(),
    account: z.string().describe('E-mail of the person that it acts for'),
    scopes: z.array(z.enum(SCOPES)),
    projects: z.array(id).optional().describe('Limited to these; absent: wherever its person may'),
    createdAt: timestamp,
    expiresAt: timestamp.optional(),
    lastUsedAt: timestamp.optional(),
    revokedAt: timestamp.optional(),
  })
  .meta({ id: 'ApiToken' });

export const sessionRoutes = defineRoutes({
  getHealth: {
    method: 'GET',
    path: '/api/health',
    summary: 'Is it up, and is it set up',
    tags: ['installation'],
    scope: 'public',
    response: z.object({
      status: z.literal('ok'),
      version: z.string(),
      setUp: z.boolean(),
      restoredAt: timestamp
        .optional()
        .describe(
          'When it was noticed that the database was put back from a backup. Passes that write wait for `sterna database reconcile`',
        ),
    }),
  },
  setUp: {
    method: 'POST',
    path: '/api/setup',
    summary: 'Create the organization and its first administrator',
    description:
      'Works once, on an installation that has no account. Signs in, and gives an administrator token if asked.',
    tags: ['installation'],
    scope: 'public',
    body: z.object({
      organization: name,
      email,
      password: newPassword,
      token: z.boolean().default(true).describe('false: only sign in, as the dashboard does'),
    }),
    status: 201,
    response: z.object({ account: accountSchema, token: z.string().optional().describe('Shown once') }),
  },
  signIn: {
    method: 'POST',
    path: '/api/sign-in',
    summary: 'Sign in with e-mail and password',
    description: 'Sets the session cookie. With `token`, also makes an API token for a program such as the CLI.',
    tags: ['session'],
    scope: 'public',
    body: z.object({
      email: z.string().max(320),
      password: z.string().max(1000),
      token: name.optional().describe('Name of a token to make'),
    }),
    response: z.object({ account: accountSchema, token: z.string().optional() }),
  },
  getSignInWays: {
    method: 'GET',
    path: '/api/sign-in',
    summary: 'How people sign in here',
    description: 'With a password, at a provider of identities (OpenID Connect), or either.',
    tags: ['session'],
    scope: 'public',
    response: z.object({
      passwords: z.boolean(),
      provider: z
        .object({
          name: z.string(),
          path: z.string().describe('Where a browser goes to sign in; with `next`, the path to come back to'),
        })
        .optional(),
    }),
  },
  signOut: {
    method: 'POST',
    path: '/api/sign-out',
    summary: 'End the session',
    tags: ['session'],
    scope: 'self',
    response: z.object({
      provider: z.string().optional().describe('Where to sign out at the provider too, if the session came from there'),
    }),
  },
  getMe: {
    method: 'GET',
    path: '/api/me',
    summary: 'Who am I, and what may I do',
    tags: ['session'],
    scope: 'self',
    response: z.object({
      account: accountSchema,
      scopes: z.array(z.enum(SCOPES)).describe('In the whole organization'),
      projects: z
        .array(
          z.object({
            projectId: id,
            role: z.enum(PROJECT_ROLES).optional().describe('In this project, besides the one in the organization'),
            scopes: z.array(z.enum(SCOPES)).describe('All that may be done there'),
          }),
        )
        .describe('Where more is allowed than in the whole organization, or what the token is limited to'),
    }),
  },
  listTokens: {
    method: 'GET',
    path: '/api/tokens',
    summary: 'API tokens',
    tags: ['session'],
    scope: 'admin',
    response: z.object({ items: z.array(tokenSchema) }),
  },
  createToken: {
    method: 'POST',
    path: '/api/tokens',
    summary: 'Make an API token',
    tags: ['session'],
    scope: 'admin',
    body: z.object({
      name,
      scopes: z.array(z.enum(SCOPES)).min(1).describe('Each includes those before it: read, operate, admin'),
      projects: z.array(id).min(1).max(1000).optional().describe('Limits it to these'),
      expiresAt: timestamp.optional(),
    }),
    status: 201,
    response: z.object({ token: z.string().describe('Shown once'), details: tokenSchema }),
  },
  deleteToken: {
    method: 'DELETE',
    path: '/api/tokens/:id',
    summary: 'Revoke an API token',
    tags: ['session'],
    scope: 'admin',
    params: idParams,
    status: 200,
    response: tokenSchema,
  },
  changePassword: {
    method: 'POST',
    path: '/api/me/password',
    summary: 'Change my password',
    description: 'Ends my other sessions.',
    tags: ['session'],
    scope: 'self',
    body: z.object({ current: z.string().max(1000), password: newPassword }),
  },
  listAccounts: {
    method: 'GET',
    path: '/api/accounts',
    summary: 'People of the organization',
    tags: ['session'],
    scope: 'admin',
    response: z.object({ items: z.array(accountSchema) }),
  },
  createAccount: {
    method: 'POST',
    path: '/api/accounts',
    summary: 'Add a person',
    tags: ['session'],
    scope: 'admin',
    body: z.object({ email, password: newPassword, role: z.enum(ROLES) }),
    status: 201,
    response: accountSchema,
  },
  updateAccount: {
    method: 'PATCH',
    path: '/api/accounts/:id',
    summary: 'Another role, or a new password, for a person',
    description: 'A role counts at once. A new password ends the person’s sessions. An owner must stay.',
    tags: ['session'],
    scope: 'admin',
    params: idParams,
    body: z.object({ role: z.enum(ROLES).optional(), password: newPassword.optional() }),
    response: accountSchema,
  },
  removeAccount: {
    method: 'DELETE',
    path: '/api/accounts/:id',
    summary: 'Remove a person: ends their sessions, revokes their tokens',
    tags: ['session'],
    scope: 'admin',
    params: idParams,
  },
});
