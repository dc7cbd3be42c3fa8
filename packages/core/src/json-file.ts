import type { z } from 'zod';
import type { SternaError } from './errors.ts';

/**
 * What a file of JSON says, held against its schema.
 *
 * @param invalid Makes the error of what is wrong with it
 * @throws what `invalid` makes
 */
export function parseJsonFile<S extends z.ZodType>(
  schema: S,
  text: string,
  invalid: (why: string) => SternaError,
): z.output<S> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw invalid('it is not JSON');
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw invalid(`${issue?.path.join('.') || 'the file'}: ${issue?.message ?? 'invalid'}`);
}
