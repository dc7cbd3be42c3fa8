import { z } from 'zod';

export const id = z.number().int().positive();
/** In a path. */
export const pathId = z.coerce.number().int().positive();
export const idParams = z.object({ id: pathId });
export const timestamp = z.iso.datetime().describe('UTC');
export const name = z.string().trim().min(1).max(200);
export const flag = (text: string) =>
  z
    .enum(['true', 'false'])
    .transform((word) => word === 'true')
    .optional()
    .describe(text);
/** Settings, progress, results: documents whose members their own sections of the documentation describe. */
export const jsonObject = z.record(z.string(), z.unknown());

export const MAX_PAGE = 500;
/** Lists are keyset-paged: `next` of one page is `after` of the following one. */
export const pageQuery = z.object({
  after: z.string().max(500).optional().describe('`next` of the page before'),
  limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(100),
});
export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({
    items: z.array(item),
    next: z.string().optional().describe('Absent on the last page'),
  });

/** The largest CSV taken, in bytes: some 500,000 entries. */
export const CSV_LIMIT = 64 * 1024 * 1024;
/** Text or its bytes: the server finds out the encoding (Excel writes UTF-16, and UTF-8 with a BOM). */
export const csv = z
  .any()
  .refine((value) => typeof value === 'string' || value instanceof Uint8Array, 'must be a CSV')
  .meta({ type: 'string' }) as unknown as z.ZodType<string | Uint8Array>;
