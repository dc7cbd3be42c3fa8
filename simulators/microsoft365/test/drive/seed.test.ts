import { expect, test } from 'vitest';
import type { Drive } from '../../src/drive/drive.ts';
import { drivesOf } from '../../src/drive/drives.ts';
import { currentVersion, isFolder, lineage, subtree } from '../../src/drive/item.ts';
import { nameFault } from '../../src/drive/names.ts';
import { type Microsoft365, startMicrosoft365, VirtualClock } from '../../src/index.ts';

function driveOf(server: Microsoft365, domain: string, name: string): Drive {
  const tenant = server.tenant(domain);
  return drivesOf(tenant).of(tenant.named(name)) as Drive;
}

function listing(drive: Drive): string[] {
  return [...subtree(drive.root)].map((item) => {
    const path = lineage(item)
      .map(({ name }) => name)
      .join('/');
    const hash = isFolder(item) ? '' : currentVersion(item).content.quickXorHash;
    return `${item.id} ${path} ${item.size} ${item.created} ${item.modified} ${hash} ${item.grants.length}`;
  });
}

test('the same seed gives the same drives, another seed others', async () => {
  const [a, b, other] = await Promise.all([
    startMicrosoft365({ seed: 'one', clock: new VirtualClock() }),
    startMicrosoft365({ seed: 'one', clock: new VirtualClock() }),
    startMicrosoft365({ seed: 'two', clock: new VirtualClock() }),
  ]);
  try {
    expect(listing(driveOf(a, 'contoso.example', 'alice'))).toEqual(listing(driveOf(b, 'contoso.example', 'alice')));
    expect(listing(driveOf(other, 'contoso.example', 'alice'))).not.toEqual(
      listing(driveOf(a, 'contoso.example', 'alice')),
    );
  } finally {
    await Promise.all([a, b, other].map((server) => server.stop()));
  }
});

test('what is in it: everything awkward that is allowed, versions and shares; the target is all but empty', async () => {
  const server = await startMicrosoft365({ clock: new VirtualClock() });
  try {
    const alice = driveOf(server, 'contoso.example', 'alice');
    const items = [...subtree(alice.root)].slice(1);
    for (const item of items) expect(nameFault(item.name, isFolder(item), item.parent === alice.root)).toBeUndefined();
    const named = (name: string) => items.find((item) => item.name === name);
    expect(named('empty.txt')?.size).toBe(0);
    expect(named('Empty folder')?.children?.size).toBe(0);
    expect(named('Recording.mp4')?.size).toBeGreaterThan(12_000_000);
    expect(named('Forecast.xlsx')?.versions.length).toBe(5);
    expect(named('Salaries.xlsx')?.inheritsSharing).toBe(false);
    expect(Math.max(...items.map((item) => lineage(item).length))).toBeGreaterThan(12);
    expect([...subtree(driveOf(server, 'fabrikam.example', 'alice').root)]).toHaveLength(2);
    expect(driveOf(server, 'contoso.example', 'info')).toBeUndefined();
  } finally {
    await server.stop();
  }
});
