import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bandwidthAt,
  DEFAULT_SETTINGS,
  diffSettings,
  freezeSettings,
  mergeSettings,
  parseSettings,
  SternaError,
  settingsFingerprint,
  thawSettings,
} from '../src/index.ts';

const refusal = (
  settings: unknown,
): { code: string; field: string | undefined; message: string; fix: string | undefined } => {
  try {
    parseSettings(settings);
  } catch (error) {
    if (error instanceof SternaError) return error;
    throw error;
  }
  throw new Error('not refused');
};

describe('settings', () => {
  it('has a default for everything', () => {
    expect(parseSettings({})).toEqual(DEFAULT_SETTINGS);
    expect(DEFAULT_SETTINGS).toMatchObject({ duplicatePrevention: true, deletions: 'keep', conflict: 'skip' });
  });

  it('refuses a date filter that ends before it starts, or as it starts', () => {
    expect(refusal({ dateFilter: { from: '2026-02-01', to: '2026-01-01' } })).toMatchObject({
      code: 'date-filter-reversed',
      field: 'dateFilter.to',
      fix: expect.stringContaining('later'),
    });
    expect(refusal({ dateFilter: { from: '2026-02-01', to: '2026-02-01' } }).code).toBe('date-filter-reversed');
    expect(parseSettings({ dateFilter: { from: '2026-01-01', to: '2026-02-01T00:00:00+02:00' } }).dateFilter).toEqual({
      from: '2026-01-01T00:00:00.000Z',
      to: '2026-01-31T22:00:00.000Z',
    });
  });

  it('names the field of a bad value and of an unknown setting', () => {
    expect(refusal({ dateFilter: { to: 'yesterday' } }).field).toBe('dateFilter.to');
    expect(refusal({ folders: { map: [{ from: 'a' }] } }).field).toBe('folders.map[0].to');
    expect(refusal({ folders: { exlude: [] } })).toMatchObject({ field: 'folders.exlude', code: 'settings-invalid' });
    expect(refusal({ sizeLimit: -1 }).field).toBe('sizeLimit');
    expect(refusal({ bandwidth: { timeZone: 'Mars/Olympus' } }).field).toBe('bandwidth.timeZone');
  });

  it('refuses a folder mapping with a cycle or two sources in one target, naming both', () => {
    const map = (...rules: object[]) => refusal({ folders: { map: rules } });
    const cycle = map({ from: 'A', to: 'B' }, { from: 'B', to: 'C' }, { from: 'C', to: 'A' });
    expect(cycle).toMatchObject({ code: 'folder-map-cycle', message: expect.stringMatching(/A → B.*C → A/) });
    const two = map({ from: 'A', to: 'X' }, { from: 'B', to: 'X' });
    expect(two).toMatchObject({ code: 'folder-map-two-sources', message: expect.stringMatching(/A → X.*B → X/) });
    expect(map({ from: 'inbox', to: 'X' }, { from: 'INBOX', to: 'Y' }).code).toBe('folder-map-two-targets');
    expect(
      parseSettings({
        folders: {
          map: [
            { from: 'A', to: 'X' },
            { from: 'B', to: 'X', merge: true },
          ],
        },
      }),
    ).toBeDefined();
    expect(
      parseSettings({
        folders: {
          map: [
            { from: '', to: 'Old' },
            { from: 'INBOX', to: 'INBOX' },
          ],
        },
      }),
    ).toBeDefined();
    expect(
      parseSettings({
        folders: {
          map: [
            { from: 'A', to: 'B' },
            { from: 'B', to: 'C' },
          ],
        },
      }),
    ).toBeDefined();
  });

  it('merges member by member; lists and values replace; null goes back to the default', () => {
    const project = {
      dateFilter: { from: '2026-01-01' },
      folders: { exclude: ['Trash'] },
      sizeLimit: 10,
      conflict: 'rename',
    };
    const merged = mergeSettings(project, {
      dateFilter: { to: '2026-02-01' },
      sizeLimit: null,
      folders: { exclude: [] },
    });
    expect(merged.dateFilter).toEqual({ from: '2026-01-01T00:00:00.000Z', to: '2026-02-01T00:00:00.000Z' });
    expect(merged).toMatchObject({ conflict: 'rename', folders: { exclude: [] } });
    expect(merged.sizeLimit).toBeUndefined();
    // The override alone is fine and the project alone is fine; together they aren't.
    expect(() => mergeSettings(project, { dateFilter: { to: '2025-01-01' } })).toThrow(/before it starts/);
  });

  it('fingerprints what decides over objects, and says what differs in words', () => {
    const other = mergeSettings({}, { conflict: 'overwrite', dateFilter: { to: '2026-01-01' } });
    expect(settingsFingerprint(other)).not.toBe(settingsFingerprint(DEFAULT_SETTINGS));
    expect(settingsFingerprint(mergeSettings({}, { verifyDepth: 'keys' }))).toBe(settingsFingerprint(DEFAULT_SETTINGS));
    expect(settingsFingerprint(DEFAULT_SETTINGS)).toMatch(/^[0-9a-f]{16}$/);
    expect(diffSettings(DEFAULT_SETTINGS, other).map((difference) => difference.words)).toEqual([
      'dateFilter.to is now 2026-01-01T00:00:00.000Z and was not set.',
      'conflict is now overwrite and was skip.',
    ]);
    expect(diffSettings(other, other)).toEqual([]);
  });

  it('freezes and thaws what a pass needs', () => {
    const frozen = { settings: DEFAULT_SETTINGS, tier: 'trial' as const, empty: 'freeze' as const };
    expect(thawSettings(JSON.parse(JSON.stringify(freezeSettings(frozen))))).toEqual(frozen);
    expect(thawSettings({})).toEqual({ settings: DEFAULT_SETTINGS, tier: undefined, empty: undefined });
  });

  it('a fingerprint survives storage as JSON', () => {
    fc.assert(
      fc.property(
        fc.record({
          sizeLimit: fc.integer({ min: 1, max: 2 ** 40 }),
          versionDepth: fc.nat(100),
          permissions: fc.boolean(),
        }),
        (patch) => {
          const settings = parseSettings(patch);
          expect(settingsFingerprint(parseSettings(JSON.parse(JSON.stringify(settings))))).toBe(
            settingsFingerprint(settings),
          );
        },
      ),
    );
  });
});

describe('bandwidth windows', () => {
  const night = mergeSettings(
    {},
    {
      bandwidth: {
        timeZone: 'Europe/Paris',
        bytesPerSecond: 100,
        windows: [{ days: ['fri'], from: '22:00', until: '06:00', bytesPerSecond: 900 }],
      },
    },
  );

  it('is always open without windows', () => {
    expect(bandwidthAt(DEFAULT_SETTINGS, new Date())).toEqual({
      open: true,
      bytesPerSecond: undefined,
      opensAt: undefined,
    });
  });

  it('reaches over midnight, in its own time zone', () => {
    // Friday 2026-01-09, 22:30 in Paris; Saturday 05:59; Saturday 06:00; Saturday 22:30.
    expect(bandwidthAt(night, new Date('2026-01-09T21:30:00Z'))).toMatchObject({ open: true, bytesPerSecond: 900 });
    expect(bandwidthAt(night, new Date('2026-01-10T04:59:00Z')).open).toBe(true);
    expect(bandwidthAt(night, new Date('2026-01-10T05:00:00Z'))).toMatchObject({
      open: false,
      opensAt: new Date('2026-01-16T21:00:00Z'),
    });
    expect(bandwidthAt(night, new Date('2026-01-10T21:30:00Z')).open).toBe(false);
  });
});
