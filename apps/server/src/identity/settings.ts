import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { ROLES } from '@sterna/api-contract';
import type { SignInPolicy } from '@sterna/application';
import { isLoopback } from '@sterna/connector-kit';
import { SternaError } from '@sterna/core';
import { z } from 'zod';

/** https, or http to this machine, where nobody listens in. */
const address = z.url().refine(
  (text) => {
    const { protocol, hostname } = new URL(text);
    return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
  },
  { message: 'must begin with https://' },
);

const providerSchema = z.strictObject({
  /** On the button: “Sign in with NAME”. */
  name: z.string().trim().min(1).max(60),
  issuer: address,
  clientId: z.string().min(1).max(500),
  /** A file with the secret alone, so that these settings may be shown to anybody. Relative to this file. */
  clientSecretFile: z.string().min(1).optional(),
  /** Where browsers reach this server; the provider sends them back there. */
  publicUrl: address,
  /** Asked for besides `openid` and `email`. */
  scopes: z.array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/)).default([]),
  domains: z.array(z.string().trim().toLowerCase().min(1)).min(1),
  vouchesForAddresses: z.boolean().default(false),
  createAccounts: z.boolean().default(false),
  organization: z.string().min(1).optional(),
  groupsClaim: z.string().min(1).default('groups'),
  roles: z.record(z.string().min(1), z.enum(ROLES)).default({}),
});

const fileSchema = z
  .strictObject({ passwords: z.boolean().default(true), provider: providerSchema.optional() })
  .refine((file) => file.passwords || file.provider !== undefined, {
    message: 'without passwords nobody could sign in: it needs a provider',
    path: ['passwords'],
  });

/** What it takes to speak with the provider of identities (OpenID Connect). */
export interface ProviderSettings {
  readonly name: string;
  readonly issuer: URL;
  readonly clientId: string;
  readonly clientSecret: string | undefined;
  readonly publicUrl: URL;
  readonly scopes: readonly string[];
  readonly groupsClaim: string;
}

export interface SignInSettings {
  readonly policy: SignInPolicy;
  readonly provider: ProviderSettings | undefined;
}

/**
 * How people sign in, from `sign-in.json` in the data folder. It is a file of the installation and no setting of an
 * organization: a provider speaks for people of all of them, and whoever can write it could let themselves in anyway.
 *
 * @throws SternaError config `sign-in-file-invalid`
 */
export async function readSignInSettings(dataDir: string): Promise<SignInSettings> {
  const path = process.env.STERNA_SIGN_IN_FILE || join(dataDir, 'sign-in.json');
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT' && !process.env.STERNA_SIGN_IN_FILE)
      return { policy: { passwords: true }, provider: undefined };
    throw invalid(path, 'it could not be read', undefined, thrown);
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (thrown) {
    throw invalid(path, 'it is not JSON', undefined, thrown);
  }
  const parsed = fileSchema.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw invalid(path, issue?.message ?? 'unknown reason', issue?.path.join('.'), parsed.error);
  }
  const { passwords, provider } = parsed.data;
  if (provider === undefined) return { policy: { passwords }, provider };
  return {
    policy: {
      passwords,
      identities: {
        domains: provider.domains,
        vouchesForAddresses: provider.vouchesForAddresses,
        creates: provider.createAccounts ? { organization: provider.organization } : undefined,
        roles: provider.roles,
      },
    },
    provider: {
      name: provider.name,
      issuer: new URL(provider.issuer),
      clientId: provider.clientId,
      clientSecret: await readSecret(path, provider.clientSecretFile),
      publicUrl: new URL(provider.publicUrl),
      scopes: provider.scopes,
      groupsClaim: provider.groupsClaim,
    },
  };
}

async function readSecret(path: string, file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined;
  const secret = await readFile(resolve(dirname(path), file), 'utf8').catch((thrown: unknown) => {
    throw invalid(path, `the file ${file} could not be read`, 'provider.clientSecretFile', thrown);
  });
  if (secret.trim() === '') throw invalid(path, `the file ${file} is empty`, 'provider.clientSecretFile', undefined);
  return secret.trim();
}

const invalid = (path: string, why: string, field: string | undefined, cause: unknown): SternaError =>
  new SternaError(
    'config',
    'sign-in-file-invalid',
    `The sign-in file ${path} is not valid: ${field === undefined || field === '' ? '' : `${field}: `}${why}.`,
    { field: field ?? '', fix: 'Correct it as docs/operations.md shows, or remove the file.', cause },
  );
