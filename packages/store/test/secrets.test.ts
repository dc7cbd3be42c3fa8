import { appendFile, chmod, cp, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newKeyLine } from '../src/installation.ts';
import { openSecrets } from '../src/secrets.ts';

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'sterna-secrets-'));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

const keyFileOf = (folder: string) => join(folder, 'keys', 'secret.key');

describe('secrets', () => {
  it('seal and unseal bytes and JSON', async () => {
    const secrets = await openSecrets({ dataDir });
    const sealed = secrets.sealJson('system:12', { password: 'hunter2 ✓' });
    expect(sealed.includes('hunter2')).toBe(false);
    expect(secrets.unsealJson('system:12', sealed)).toEqual({ password: 'hunter2 ✓' });
    expect(secrets.unseal('x', secrets.seal('x', Buffer.alloc(0)))).toEqual(Buffer.alloc(0));
    // The same value twice doesn't look the same.
    expect(secrets.sealJson('system:12', 1)).not.toEqual(secrets.sealJson('system:12', 1));
    // A view into a larger buffer, as a driver may give.
    const view = new Uint8Array(Buffer.concat([Buffer.from('junk'), sealed]).buffer.slice(0)).subarray(0);
    expect(view.length).toBeGreaterThan(0);
    expect(secrets.unsealJson('system:12', Buffer.concat([Buffer.from('ab'), sealed]).subarray(2))).toBeTruthy();
  });

  it('open only for their own purpose, and unchanged', async () => {
    const secrets = await openSecrets({ dataDir });
    const sealed = secrets.seal('system:12', Buffer.from('value'));
    expect(() => secrets.unseal('system:13', sealed)).toThrow("doesn't open with");
    for (let at = 0; at < sealed.length; at++) {
      const changed = Buffer.from(sealed);
      changed[at] = (changed[at] as number) ^ 1;
      expect(() => secrets.unseal('system:12', changed)).toThrow();
      expect(() => secrets.unseal('system:12', sealed.subarray(0, at))).toThrow();
    }
  });

  it('name the key file, and nothing secret, when the key is another', async () => {
    const sealed = (await openSecrets({ dataDir })).seal('system:12', Buffer.from('hunter2'));
    await rm(keyFileOf(dataDir));
    const other = await openSecrets({ dataDir });
    let error: unknown;
    try {
      other.unseal('system:12', sealed);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({ class: 'config', code: 'secret-wrong-key' });
    expect((error as Error).message).toContain(keyFileOf(dataDir));
    expect(() => other.unsealJson('x', other.seal('x', Buffer.from('hunter2 is no JSON')))).toThrow(
      /^The stored secret of x is not JSON\.$/,
    );
  });

  it('go on with the recovery kit, as the same installation', async () => {
    const before = await openSecrets({ dataDir });
    const sealed = before.seal('a', Buffer.from('value'));
    expect(before.installation.id).toMatch(/^[0-9a-f]{8}$/);
    expect(before.installation.stampKey.length).toBe(32);
    const elsewhere = join(dataDir, 'kit');
    await cp(before.keyFile, elsewhere);
    const after = await openSecrets({ path: elsewhere, dataDir: '/nonexistent' });
    expect(after.installation).toEqual(before.installation);
    expect(after.unseal('a', sealed).toString()).toBe('value');
  });

  it('change keys by a new line: old values open, new ones take the new key, the installation stays', async () => {
    const before = await openSecrets({ dataDir });
    const sealed = before.seal('a', Buffer.from('old'));
    expect(before.isOutdated(sealed)).toBe(false);
    let after = before;
    // Key ids are single bytes: until it differs.
    while (!after.isOutdated(sealed)) {
      await appendFile(before.keyFile, newKeyLine());
      after = await openSecrets({ dataDir });
    }
    expect(after.unseal('a', sealed).toString()).toBe('old');
    expect(after.installation).toEqual(before.installation);
    const renewed = after.seal('a', Buffer.from('new'));
    expect(after.unseal('a', renewed).toString()).toBe('new');
    // Whoever runs meanwhile reads the file again.
    expect(before.unseal('a', renewed).toString()).toBe('new');
  });

  it('have one key file, however many processes make it at once', async () => {
    const all = await Promise.all(Array.from({ length: 8 }, () => openSecrets({ dataDir })));
    expect(new Set(all.map(({ installation }) => installation.id)).size).toBe(1);
    expect(await readdir(join(dataDir, 'keys'))).toEqual(['secret.key']);
    expect((await stat(keyFileOf(dataDir))).mode & 0o777).toBe(0o600);
    expect((await stat(join(dataDir, 'keys'))).mode & 0o777).toBe(0o700);
    await chmod(keyFileOf(dataDir), 0o644);
    await openSecrets({ dataDir });
    expect((await stat(keyFileOf(dataDir))).mode & 0o777).toBe(0o600);
  });

  it('refuse a key file that is missing or damaged', async () => {
    await expect(openSecrets({ dataDir, mayCreate: false })).rejects.toMatchObject({ code: 'secret-key-missing' });
    await expect(openSecrets({ path: join(dataDir, 'no') })).rejects.toMatchObject({ code: 'secret-key-missing' });
    const { keyFile } = await openSecrets({ dataDir });
    const text = await readFile(keyFile, 'utf8');
    const secret = text.match(/:([\w-]{43}):/)?.[1] as string;
    const cases = [text.replace(secret, secret.slice(1)), text.slice(0, -5), '# nothing\n', 'x\n'];
    cases.push(text.replace(secret, (secret[0] === 'A' ? 'B' : 'A') + secret.slice(1)));
    for (const damaged of cases) {
      await writeFile(keyFile, damaged);
      const opened = openSecrets({ dataDir });
      await expect(opened).rejects.toMatchObject({ class: 'config', code: 'secret-key-damaged' });
      await expect(opened).rejects.not.toThrow(secret.slice(1, 20));
    }
  });
});
