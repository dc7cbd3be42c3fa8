import { describe, expect, it } from 'vitest';
import {
  type Folder,
  folderCollisions,
  folderMapper,
  formatFolderPath,
  mergeSettings,
  parseFolderPath,
} from '../src/index.ts';

const settings = (folders: object) => mergeSettings({}, { folders });
const mapped = (folders: object, path: string, role?: Folder['role'], all: Folder[] = []) => {
  const result = folderMapper(settings(folders), all)(parseFolderPath(path), role);
  return 'excluded' in result
    ? `excluded: ${result.excluded}`
    : `${formatFolderPath(result.target)}${result.role ? ` (${result.role})` : ''}`;
};

describe('folder mapper', () => {
  it('keeps folders as they are, with their special use', () => {
    expect(mapped({}, 'Work/2026')).toBe('Work/2026');
    expect(mapped({}, 'inbox')).toBe('INBOX (inbox)');
    expect(mapped({}, 'Sent Items', 'sent')).toBe('Sent Items (sent)');
  });

  it('takes Gmail’s special folders out of their root and leaves its views out', () => {
    expect(mapped({}, '[Gmail]/Sent Mail', 'sent')).toBe('Sent Mail (sent)');
    expect(mapped({}, '[Google Mail]/Papierkorb', 'trash')).toBe('Papierkorb (trash)');
    expect(mapped({}, '[Gmail]/Starred', 'flagged')).toMatch(/^excluded: a view/);
    expect(mapped({ systemDefaults: false }, '[Gmail]/Sent Mail', 'sent')).toBe('[Gmail]/Sent Mail');
    // Elsewhere such a name is a folder like any other: nothing is lost by its name.
    expect(mapped({}, 'Starred', 'flagged')).toBe('Starred (flagged)');
  });

  it('knows a special folder by its name only where the server names none', () => {
    const plain = [{ path: ['Sent Items'] }, { path: ['Sent'] }];
    expect(mapped({}, 'Sent Items', undefined, plain)).toBe('Sent Items (sent)');
    expect(mapped({}, 'Sent', undefined, plain)).toBe('Sent');
    expect(mapped({}, 'Sent Items', undefined, [...plain, { path: ['Gesendet'], role: 'sent' }])).toBe('Sent Items');
    expect(mapped({}, 'Sent Items')).toBe('Sent Items');
  });

  it('renames, re-roots and makes exceptions: the longest rule wins', () => {
    const folders = {
      map: [
        { from: '', to: 'Old mailbox' },
        { from: 'INBOX', to: 'INBOX' },
        { from: 'Work/A', to: 'Projects/B' },
      ],
    };
    expect(mapped(folders, 'Work/X')).toBe('Old mailbox/Work/X');
    expect(mapped(folders, 'INBOX', 'inbox')).toBe('INBOX (inbox)');
    expect(mapped(folders, 'Work/A/Deep')).toBe('Projects/B/Deep');
    expect(mapped(folders, 'Work/AB')).toBe('Old mailbox/Work/AB');
    expect(mapped(folders, 'Sent', 'sent')).toBe('Old mailbox/Sent');
    expect(mapped({ map: [{ from: 'Root', to: '' }] }, 'Root/Sub')).toBe('Sub');
    expect(mapped({ map: [{ from: 'Root', to: '' }] }, 'Root')).toBe('INBOX (inbox)');
  });

  it('includes and excludes by pattern, with everything below; exclusion wins', () => {
    expect(mapped({ exclude: ['[Gmail]/Spam'] }, '[Gmail]/Spam/x')).toMatch(/excluded by "\[Gmail\]\/Spam"/);
    expect(mapped({ exclude: ['role:junk'] }, 'Werbung', 'junk')).toMatch(/^excluded/);
    expect(mapped({ exclude: ['**/tmp'] }, 'a/b/tmp/c')).toMatch(/^excluded/);
    expect(mapped({ exclude: ['**/tmp'] }, 'a/b/tmpx')).toBe('a/b/tmpx');
    expect(mapped({ exclude: ['20??'] }, '2026')).toMatch(/^excluded/);
    expect(mapped({ exclude: ['Work/*'] }, 'Work')).toBe('Work');
    expect(mapped({ include: ['Work'] }, 'Work/a')).toBe('Work/a');
    expect(mapped({ include: ['Work'] }, 'Private')).toMatch(/not among/);
    expect(mapped({ include: ['Work'], exclude: ['Work/x'] }, 'Work/x')).toMatch(/excluded by "Work\/x"/);
  });

  it('finds real folders that a rule brings together, unless they may merge', () => {
    const source: Folder[] = [
      { path: ['Work'] },
      { path: ['Archive'], role: 'archive' },
      { path: ['INBOX'], role: 'inbox' },
    ];
    const of = (folders: object) => folderCollisions(folderMapper(settings(folders), source), source);
    expect(of({ map: [{ from: 'Work', to: 'Archive' }] })).toEqual([
      { target: 'Archive', sources: ['Work', 'Archive'] },
    ]);
    expect(of({ map: [{ from: 'Work', to: 'Archive', merge: true }] })).toEqual([]);
    expect(of({})).toEqual([]);
  });

  it('reads paths with slashes and backslashes in names', () => {
    expect(parseFolderPath('a\\/b/c\\\\d')).toEqual(['a/b', 'c\\d']);
    expect(formatFolderPath(['a/b', 'c\\d'])).toBe('a\\/b/c\\\\d');
    expect(parseFolderPath('/a//b/')).toEqual(['a', 'b']);
  });
});
