import { z } from 'zod';

const ERROR_CLASSES = ['transient', 'throttled', 'auth', 'config', 'object', 'bug'] as const;

/** Every refusal has this shape: a stable code, how to behave (`class`), words for the user, and what to do. */
export const errorBody = z
  .object({
    error: z.object({
      code: z.string().describe('Stable, documented: license-none-left, imap-login-refused …'),
      class: z.enum(ERROR_CLASSES),
      message: z.string(),
      fix: z.string().optional().describe('What the user should do'),
      field: z.string().optional().describe('The input field, CSV column, setting or URL part at fault'),
      line: z.number().int().optional().describe('Place of bad input, such as the line of a CSV'),
      retryAt: z.iso.datetime().optional().describe('Not before this moment (UTC)'),
      details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
      problems: z
        .array(
          z.object({
            message: z.string(),
            field: z.string().optional(),
            line: z.number().int().optional(),
            fix: z.string().optional(),
          }),
        )
        .optional()
        .describe('Every problem found, where there are several'),
    }),
  })
  .meta({ id: 'Error' });
export type ErrorBody = z.output<typeof errorBody>;
