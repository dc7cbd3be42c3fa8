import { LICENSE_TIERS, LICENSE_TYPES } from '@sterna/core';
import { z } from 'zod';
import { booksSchema } from '../schemas/books.ts';
import { id, timestamp } from '../schemas/common.ts';

/** Counts per type and tier: granted = available + assigned + burned. */
export const licenseBalanceSchema = z
  .object({
    type: z.enum(LICENSE_TYPES),
    tier: z.enum(LICENSE_TIERS),
    granted: z.number().int(),
    available: z.number().int(),
    assigned: z.number().int(),
    burned: z.number().int(),
  })
  .meta({ id: 'LicenseBalance' });

const checklistLine = z
  .object({
    name: z.string(),
    state: z.enum(['ok', 'attention', 'problem', 'unknown']),
    evidence: z.string(),
    fix: z.string().optional(),
  })
  .meta({ id: 'ChecklistLine' });

export const licenseEffectSchema = z
  .object({
    type: z.enum(LICENSE_TYPES),
    burns: z
      .object({ tier: z.enum(LICENSE_TIERS), id: z.string().optional() })
      .optional()
      .describe('What starting burns; absent for a delta pass'),
    balance: licenseBalanceSchema.optional(),
    leftAfter: z.number().int().optional(),
    words: z.string(),
  })
  .meta({ id: 'LicenseEffect' });

const drift = z.object({
  settings: z.array(z.object({ field: z.string(), words: z.string() })),
  words: z.array(z.string()),
});

export const estimateSchema = z.object({
  seconds: z.number().optional().describe('As likely more as less (p50)'),
  p90Seconds: z.number().optional().describe('Nine times of ten it is less'),
  objects: z.number().int().optional(),
  bytes: z.number().optional(),
  perObject: z
    .object({ p50: z.number(), p90: z.number() })
    .optional()
    .describe('Seconds of one object, from past passes; known without a live look too'),
  basis: z.string(),
});

/** What a start would do, and cost. */
export const planSchema = z
  .object({
    entryId: id,
    kind: z.enum(['initial', 'delta']),
    license: licenseEffectSchema,
    drift,
    estimate: estimateSchema,
    checklist: z.array(checklistLine),
    warnings: z.array(z.string()),
    refusal: z
      .object({ code: z.string(), message: z.string(), fix: z.string().optional() })
      .optional()
      .describe('The error that a start would give now'),
  })
  .meta({ id: 'StartPlan' });

/** What to know before a remigration. */
export const remigrationPlanSchema = z
  .object({
    entryId: id,
    wouldDeltaDo: z.object({ answer: z.enum(['yes', 'no', 'maybe']), reason: z.string() }),
    books: booksSchema.describe('What became of each object of the source, over all passes'),
    license: licenseEffectSchema,
    target: z.object({
      objects: z.number().int().optional(),
      bytes: z.number().optional(),
      folders: z.number().int().optional(),
      seenAt: timestamp.optional(),
      words: z.string(),
    }),
    duplicates: z.object({ objects: z.number().int().optional(), words: z.string() }),
    sourceChanged: z.object({ share: z.number().optional(), words: z.string() }),
    estimate: estimateSchema,
    drift,
    checklist: z.array(checklistLine),
    warnings: z.array(z.string()),
  })
  .meta({ id: 'RemigrationPlan' });
