import type { FidelityNote } from '@sterna/connector-kit';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Label } from '../../src/mail/label.ts';
import { labelNameOf } from '../../src/mail/labels.ts';
import { Scheme, type SchemeSettings } from '../../src/mail/scheme.ts';

const SYSTEM = ['INBOX', 'SENT', 'DRAFT', 'SPAM', 'TRASH', 'STARRED', 'UNREAD', 'IMPORTANT', 'CATEGORY_SOCIAL'];
const system: Label[] = SYSTEM.map((id) => ({ id, name: id, type: 'system' }));
const user = (...names: string[]): Label[] => names.map((name, n) => ({ id: `Label_${n}`, name, type: 'user' }));
const settings: SchemeSettings = { labelPriority: [], keywordParent: 'Keywords', tabs: false, copies: false };
const schemeOf = (labels: readonly Label[], more: Partial<SchemeSettings> = {}): Scheme =>
  new Scheme([...system, ...labels], { ...settings, ...more });

describe('labels as folders', () => {
  const labels = user('Work', 'Work/Deep', 'Zeta', 'Keywords/urgent', 'Sterna/Answered', 'Sterna/Pending 0badcafe');
  const [work = '', deep = '', zeta = '', urgent = '', answered = '', pending = ''] = labels.map(({ id }) => id);
  const scheme = schemeOf(labels);

  test.each([
    [[], 'ARCHIVE'],
    [['UNREAD', 'STARRED', 'IMPORTANT', 'CATEGORY_SOCIAL'], 'ARCHIVE'],
    [['INBOX', deep], 'INBOX'],
    [[work, deep, zeta], deep],
    [[zeta, work], work],
    [['SENT', zeta], zeta],
    [['SENT', 'INBOX'], 'INBOX'],
    [['TRASH', 'INBOX', work], 'TRASH'],
    [['SPAM', work], 'SPAM'],
    [['DRAFT', work], 'DRAFT'],
    [[urgent, answered, pending], 'ARCHIVE'],
    [['CHAT', work], undefined],
  ])('%j is in %s', (labelIds, folder) => {
    expect(scheme.folderOf(labelIds)).toBe(folder);
  });

  test('the rest are keywords; ours are state, or nothing', () => {
    expect(scheme.flagsOf(new Set(['INBOX', deep, urgent, answered, pending, 'STARRED', 'IMPORTANT']))).toEqual(
      ['$Important', 'Work/Deep', '\\Answered', '\\Flagged', '\\Seen', 'urgent'].sort(),
    );
    expect(scheme.flagsOf(new Set([deep, 'INBOX', 'UNREAD', 'CATEGORY_SOCIAL']))).toEqual(['Work/Deep']);
    expect(schemeOf(labels, { tabs: true }).flagsOf(new Set(['INBOX', 'CATEGORY_SOCIAL', 'UNREAD']))).toEqual([
      'CATEGORY_SOCIAL',
    ]);
  });

  test('the priority is the project’s', () => {
    const other = schemeOf(labels, { labelPriority: ['zeta', '*'] });
    expect(other.folderOf(['INBOX', deep, zeta])).toBe(zeta);
    expect(other.folderOf(['INBOX', deep])).toBe(deep);
    expect(other.flagsOf(new Set(['INBOX', deep]))).toEqual(['Inbox', '\\Seen']);
    expect(other.version).not.toBe(scheme.version);
  });

  test('or there is a copy in the folder of each label, but of what is thrown away', () => {
    const copies = schemeOf(labels, { copies: true });
    const inside = (...labelIds: string[]): readonly string[] =>
      copies.folders.map(({ id }) => id).filter((id) => copies.isIn(new Set(labelIds), id));
    expect(inside('INBOX', work, deep, urgent)).toEqual(['INBOX', work, deep]);
    expect(inside('TRASH', work)).toEqual(['TRASH']);
    expect(inside(urgent)).toEqual(['ARCHIVE']);
    expect(inside('CHAT', work)).toEqual([]);
    expect(copies.flagsOf(new Set(['INBOX', work, urgent]))).toEqual(['\\Seen', 'urgent']);
  });

  test('whatever labels: one folder, which is listed, and no keyword of its own name', () => {
    const names = fc.uniqueArray(fc.stringMatching(/^[A-Za-z /]{1,12}$/), { maxLength: 8 });
    fc.assert(
      fc.property(names, fc.array(fc.nat()), (all, picks) => {
        const own = user(...all);
        const every = [...SYSTEM, ...own.map(({ id }) => id)];
        const labelIds = new Set(picks.map((n) => every[n % every.length] as string));
        const any = schemeOf(own);
        const folder = any.folderOf(labelIds);
        expect(any.folders.map(({ id }) => id)).toContain(folder);
        // Which order they come in has no say.
        expect(any.folderOf([...labelIds].toReversed())).toBe(folder);
        const name = own.find(({ id }) => id === folder)?.name;
        if (name !== undefined) expect(any.flagsOf(labelIds)).not.toContain(name);
      }),
    );
  });

  test('no two folders share a path, though a label may be called like one of Gmail’s', () => {
    const paths = schemeOf(user('Archive', 'Sent', 'sent/x')).folders.map(({ path }) => path.join('/'));
    expect(new Set(paths).size).toBe(paths.length);
  });
});

describe('names of labels', () => {
  test('whatever path: another name for another path, none that Gmail refuses', () => {
    const paths = fc.array(fc.string({ unit: 'binary', maxLength: 90 }), { minLength: 1, maxLength: 4 });
    const seen = new Map<string, string>();
    fc.assert(
      fc.property(paths, (path) => {
        const name = labelNameOf(path, 'Keywords', []);
        expect(name.length).toBeLessThanOrEqual(225);
        for (const level of name.split('/')) expect(level.trim() === level && level !== '').toBe(true);
        expect(name).not.toMatch(/\p{Cc}/u);
        const key = JSON.stringify(path);
        expect(seen.get(name) ?? key).toBe(key);
        seen.set(name, key);
      }),
    );
  });

  test('what is Gmail’s own, or ours, is told apart', () => {
    for (const first of ['Trash', 'sterna', 'KEYWORDS', 'Starred']) {
      const notes: FidelityNote[] = [];
      expect(labelNameOf([first, 'x'], 'Keywords', notes)).toBe(`${first}_/x`);
      expect(notes.map(({ code }) => code)).toEqual(['folder-renamed']);
    }
  });
});
