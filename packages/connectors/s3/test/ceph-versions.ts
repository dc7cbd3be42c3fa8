import { ListObjectVersionsCommand } from '@aws-sdk/client-s3';
import type { S3Server } from '@sterna/test-servers';
import { expect, test } from 'vitest';
import { s3Connector } from '../src/index.ts';
import { RawBucket } from './support.ts';

/** What only a storage with versions and conditions of a put can show. */
export function describeVersions(server: () => S3Server): void {
  test('a bucket that keeps versions: what was tried leaves none, a replaced file is an older one, a removed one is hidden', async () => {
    const bucket = await RawBucket.make(server());
    await bucket.keepVersions();
    const session = await s3Connector.open({
      system: bucket.system(),
      address: '.',
      role: 'write',
      installation: '0badcafe',
      signal: new AbortController().signal,
    });
    const versions = async (): Promise<string[]> => {
      const answer = await bucket.client.send(new ListObjectVersionsCommand({ Bucket: bucket.name }));
      return [
        ...(answer.Versions ?? []).map(({ Key, IsLatest }) => `${Key} ${IsLatest}`),
        ...(answer.DeleteMarkers ?? []).map(({ Key }) => `${Key} deleted`),
      ].sort();
    };
    const { evidence } = session.capabilities;
    expect(await versions()).toEqual([]);
    expect(evidence.versioning).toContain('on');
    // In a bucket that keeps versions Ceph takes every put as one more version, whatever its conditions: we look before.
    expect(evidence['new files only']).toMatch(/^not kept by the storage .*was tried/);
    expect(evidence['replaced only as it was']).toMatch(/^not kept by the storage .*was tried/);
    expect(evidence['new large files only']).toMatch(/^not kept/);
    const body = Buffer.from('one');
    const file = { container: '', flags: [], date: undefined, size: 3, body };
    const [made] =
      (await session.writer?.apply([{ ...file, verb: 'create', op: 'c', name: 'a.txt', reservedId: 'a.txt' }])) ?? [];
    const ifVersion = made?.outcome === 'done' ? made.version : undefined;
    const replacing = { verb: 'replace', op: 'r', container: '', targetId: 'a.txt', ifVersion, size: 3 } as const;
    const replaced = await session.writer?.apply([{ ...replacing, body: Buffer.from('two') }]);
    expect(replaced).toMatchObject([{ outcome: 'done' }]);
    expect(await versions()).toEqual(['a.txt false', 'a.txt true']);
    const earlier = [];
    for await (const one of session.reader.versions?.('', 'a.txt', 5) ?? []) earlier.push([one.version, one.body]);
    expect(earlier).toEqual([[ifVersion, body]]);
    expect(session.capabilities.versions).toBe(true);
    const stale = await session.writer?.apply([{ ...replacing, body: Buffer.from('six') }]);
    expect(stale).toMatchObject([{ outcome: 'changed' }]);
    await session.writer?.apply([{ verb: 'remove', op: 'd', container: '', targetId: 'a.txt', how: 'trash' }]);
    expect(await versions()).toEqual(['a.txt deleted', 'a.txt false', 'a.txt false']);
    session.destroy();
    bucket.dispose();
  });
}
