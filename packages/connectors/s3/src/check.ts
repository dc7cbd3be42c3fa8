import type { CheckLine, DiscoveredItem, SystemConfig } from '@sterna/connector-kit';
import { asSternaError } from '@sterna/core';
import { capabilitiesOf } from './capabilities.ts';
import { KeySpace } from './keys.ts';
import { factsOf, versioningOf } from './probe.ts';
import { openBucket } from './session.ts';
import { basePrefix, SELF } from './settings.ts';

const NEVER = new AbortController().signal;
const SHOWN = 10;

/** Line by line, up to the first thing that is wrong. Never throws. */
export async function checkS3(
  system: SystemConfig,
  address: string | undefined,
  signal: AbortSignal = NEVER,
): Promise<readonly CheckLine[]> {
  const lines: CheckLine[] = [];
  let doing = 'settings';
  try {
    const { bucket, settings } = openBucket({ system, signal });
    try {
      const base = basePrefix(settings, address ?? SELF);
      const keys = new KeySpace(base);
      const where = `bucket ${bucket.name} at ${bucket.endpoint.host}${base === '' ? '' : `, below ${base}`}`;
      const isOpen = bucket.endpoint.protocol === 'http:';
      lines.push({
        name: 'settings',
        ok: true,
        evidence: isOpen ? `${where}; without TLS: keys are never sent, but contents can be read on the way` : where,
      });
      doing = 'sign-in';
      const first = await bucket.list({ prefix: base, delimiter: '/', max: SHOWN });
      lines.push({
        name: 'sign-in',
        ok: true,
        evidence: `the bucket can be listed as ${system.credentials.user ?? ''}`,
      });
      const names = [...first.prefixes, ...first.objects.map((one) => one.key)].map((key) => key.slice(base.length));
      const isEmpty = names.length === 0 && first.objects.length === 0;
      lines.push({
        name: 'contents',
        // A target may well be empty.
        ok: true,
        evidence: isEmpty
          ? 'nothing is there: right for a target; for a source, check prefix and address'
          : `${names.filter((name) => name !== '').join(', ')}${first.next === undefined ? '' : ', …'}`,
      });
      doing = 'write';
      lines.push(...(await writing(bucket, keys, where)));
      lines.push(...(await leftovers(bucket, base)));
    } finally {
      bucket.destroy();
    }
  } catch (thrown) {
    const error = asSternaError(thrown);
    lines.push({ name: doing, ok: false, evidence: error.message, ...(error.fix ? { fix: error.fix } : {}) });
  }
  return lines;
}

async function writing(bucket: Parameters<typeof factsOf>[0], keys: KeySpace, where: string): Promise<CheckLine[]> {
  try {
    const facts = await factsOf(bucket, keys);
    const { storage: _, ...evidence } = capabilitiesOf(keys.base, facts, where, await versioningOf(bucket)).evidence;
    return [
      { name: 'write', ok: true, evidence: 'a small object was written, looked at and removed' },
      ...Object.entries(evidence).map(([name, words]) => ({ name: `capability: ${name}`, ok: true, evidence: words })),
    ];
  } catch (thrown) {
    const error = asSternaError(thrown);
    if (error.class !== 'auth') throw error;
    // A source needn't be written to: information, not a failure.
    return [{ name: 'write', ok: true, evidence: `read only: good for a source, not for a target (${error.message})` }];
  }
}

async function leftovers(bucket: Parameters<typeof factsOf>[0], base: string): Promise<CheckLine[]> {
  try {
    const { count, isMore } = await bucket.unfinishedUploads(base);
    if (count === 0) return [];
    return [
      {
        name: 'unfinished uploads',
        ok: true,
        evidence: `${count}${isMore ? ' or more' : ''} uploads of several parts were begun and not completed, by whomever: their parts take up space until they are aborted`,
        fix: 'Let a lifecycle rule of the bucket abort incomplete uploads after some days.',
      },
    ];
  } catch {
    // Not every storage, nor every key, may list them.
    return [];
  }
}

/** Folders right below the bucket, or the prefix: a drive each. */
export async function* firstFolders(system: SystemConfig, signal: AbortSignal = NEVER): AsyncGenerator<DiscoveredItem> {
  const { bucket, settings } = openBucket({ system, signal });
  try {
    const keys = new KeySpace(basePrefix(settings, SELF));
    for await (const page of bucket.pages(keys.base, { delimiter: '/' }))
      for (const prefix of page.prefixes) {
        const name = keys.folderIn('', prefix);
        if (name !== undefined) yield { itemType: 'drive', address: name, displayName: name };
      }
  } finally {
    bucket.destroy();
  }
}
