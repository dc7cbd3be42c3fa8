import { LICENSE_TIERS, LICENSE_TYPES } from '@sterna/core';
import { z } from 'zod';
import { defineRoutes } from '../route.ts';
import { pageOf, pageQuery } from '../schemas/common.ts';
import { licenseBalanceSchema } from './plan-schema.ts';

/** An event of the hash-chained ledger, whole: its hash covers every member. */
export const licenseEventSchema = z
  .object({
    seq: z.number().int(),
    kind: z.enum(['grant', 'assign', 'release', 'burn']),
    license: z.string().optional(),
    entry: z.number().int().optional(),
    data: z.unknown().optional(),
    actor: z.string(),
    at: z.string(),
    prevHash: z.string(),
    hash: z.string(),
  })
  .meta({ id: 'LicenseEvent' });

/** As a list shows it: with the entry that it is about, which is no part of what is hashed. */
const listedEvent = licenseEventSchema
  .extend({
    about: z
      .object({
        projectId: z.number().int().optional(),
        sourceAddress: z.string(),
        targetAddress: z.string(),
        archived: z.boolean().describe('The entry was deleted'),
      })
      .optional(),
  })
  .meta({ id: 'ListedLicenseEvent' });

const verdict = z
  .union([
    z.object({
      ok: z.literal(true),
      events: z.number().int(),
      head: z.string(),
      balances: z.array(licenseBalanceSchema),
    }),
    z.object({ ok: z.literal(false), seq: z.number().int(), reason: z.string(), words: z.string() }),
  ])
  .meta({ id: 'LedgerVerdict' });

export const licenseRoutes = defineRoutes({
  getBalances: {
    method: 'GET',
    path: '/api/licenses/balance',
    summary: 'Balance per type and tier: granted = available + assigned + burned',
    tags: ['licenses'],
    scope: 'read',
    isShared: true,
    response: z.object({
      items: z.array(licenseBalanceSchema),
      packsOnly: z.boolean().describe('Licenses come from signed packs alone: grants are refused'),
    }),
  },
  grantLicenses: {
    method: 'POST',
    path: '/api/licenses/grants',
    summary: 'Grant licenses (where the installation does not take signed packs alone)',
    tags: ['licenses'],
    scope: 'admin',
    body: z.object({
      type: z.enum(LICENSE_TYPES),
      tier: z.enum(LICENSE_TIERS).default('standard'),
      quantity: z.number().int().min(1).max(1_000_000),
      note: z.string().max(2000).optional(),
    }),
    status: 201,
    response: licenseBalanceSchema,
  },
  importPack: {
    method: 'POST',
    path: '/api/licenses/packs',
    summary: 'Import a signed pack of licenses, once',
    tags: ['licenses'],
    scope: 'admin',
    body: z.object({ pack: z.string().max(100_000) }),
    status: 201,
    response: licenseBalanceSchema,
  },
  listLicenseEvents: {
    method: 'GET',
    path: '/api/licenses/ledger',
    summary: 'The license ledger, newest first',
    tags: ['licenses'],
    scope: 'read',
    query: pageQuery.extend({
      entryId: z.coerce.number().int().positive().optional(),
      kind: z.enum(['grant', 'assign', 'release', 'burn']).optional(),
    }),
    response: pageOf(listedEvent),
  },
  exportLedger: {
    method: 'GET',
    path: '/api/licenses/ledger/export',
    summary: 'The whole ledger, to be verified offline (sterna ledger verify FILE)',
    tags: ['licenses'],
    scope: 'read',
    response: z.object({
      format: z.literal('sterna-license-ledger/1'),
      organization: z.string(),
      exportedAt: z.string(),
      events: z.array(licenseEventSchema),
    }),
  },
  verifyLedger: {
    method: 'GET',
    path: '/api/licenses/ledger/verify',
    summary: "Does the ledger's chain hold",
    tags: ['licenses'],
    scope: 'read',
    response: verdict,
  },
});
