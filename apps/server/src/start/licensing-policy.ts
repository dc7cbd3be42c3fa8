import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LicensingPolicy } from '@sterna/application';
import { SternaError } from '@sterna/core';
import { z } from 'zod';

const policySchema = z.strictObject({
  packsOnly: z.boolean().default(false),
  issuers: z.record(z.string().min(1).max(200), z.string().min(1)).default({}),
});

/**
 * Whose license packs this installation takes, from `licensing.json` in the data folder:
 * `{ "packsOnly": true, "issuers": { "NAME": "PUBLIC KEY" } }`. It is a file of the installation and no setting of an
 * organization, whose owner could otherwise grant himself what his provider sells.
 *
 * @throws SternaError config `licensing-file-invalid`
 */
export async function readLicensingPolicy(dataDir: string): Promise<LicensingPolicy> {
  const path = process.env.STERNA_LICENSING_FILE || join(dataDir, 'licensing.json');
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT' && !process.env.STERNA_LICENSING_FILE)
      return { packsOnly: false, issuers: {} };
    throw invalid(path, 'it could not be read', thrown);
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (thrown) {
    throw invalid(path, 'it is not JSON', thrown);
  }
  const parsed = policySchema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw invalid(path, parsed.error.issues[0]?.message ?? 'unknown reason', parsed.error);
}

const invalid = (path: string, why: string, cause: unknown): SternaError =>
  new SternaError('config', 'licensing-file-invalid', `The licensing file ${path} is not valid: ${why}.`, {
    fix: 'Write {"packsOnly": true, "issuers": {"NAME": "PUBLIC KEY"}}, or remove the file.',
    cause,
  });
