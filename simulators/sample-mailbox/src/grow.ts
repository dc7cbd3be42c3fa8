import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { compose, ordinaryDraft } from './compose.ts';
import { folderDirectory, listFiles, listFolders, MailboxFiles, sortFlags } from './mailbox-files.ts';
import { Random } from './random.ts';
import { ordinaryFlags, type SampleChange, type SampleManifest } from './sample.ts';

/**
 * What happens to a mailbox over a week-end: mail arrives, people read, flag, file and delete. Works on any Maildir++
 * that this package wrote; the same mailbox and seed give the same changes. About 3 % of the messages are touched,
 * at least two of each kind where there are enough. Counts in the result are of the whole mailbox afterwards.
 */
export function growSampleMailbox(dir: string, options: { readonly seed: number }): SampleManifest {
  const random = new Random(options.seed ^ 0x5eed);
  const folders = listFolders(dir);
  const all = folders.flatMap((folder) => listFiles(dir, folder).map((file) => ({ folder, file })));
  // Shuffled once: no message is touched twice, so that each change stands for itself.
  for (let at = all.length - 1; at > 0; at--) {
    const other = random.below(at + 1);
    [all[at], all[other]] = [all[other] as (typeof all)[number], all[at] as (typeof all)[number]];
  }
  const share = (part: number): number => Math.min(Math.max(2, Math.round(all.length * part)), all.length >> 2);
  const changes: SampleChange[] = [];
  const path = (folder: readonly string[], file: string): string => join(folderDirectory(dir, folder), file);

  for (const { folder, file } of all.splice(0, share(0.02))) {
    const name = file.slice(4);
    const [base, info = ''] = name.split(':2,') as [string, string?];
    // `F` toggles, the rest are set: a flag change that changes nothing would be no change.
    const flags = info.includes('F') ? info.replace('F', '') : `${info}F${random.chance(0.5) ? 'S' : 'Sa'}`;
    const renamed = `${base}:2,${sortFlags(flags)}`;
    renameSync(path(folder, file), path(folder, `cur/${renamed}`));
    changes.push({ what: 'flagged', folder: folder.join('/'), name: renamed });
  }
  for (const { folder, file } of all.splice(0, share(0.01))) {
    const to = random.pick(folders.filter((other) => other !== folder));
    renameSync(path(folder, file), path(to, file));
    changes.push({ what: 'moved', folder: folder.join('/'), name: file.slice(4), to: to.join('/') });
  }
  for (const { folder, file } of all.splice(0, share(0.005))) {
    rmSync(path(folder, file));
    changes.push({ what: 'removed', folder: folder.join('/'), name: file.slice(4) });
  }
  const arrivals = new MailboxFiles(dir, `weekend${options.seed}`);
  for (const folder of folders) arrivals.perFolder.set(folder.join('/'), 0);
  const monday = Date.UTC(2024, 5, 3);
  const added = Math.max(3, Math.round(all.length * 0.01));
  for (let n = 0; n < added; n++) {
    const date = new Date(monday - Math.floor(random.next() * 2 * 86_400) * 1000);
    const folder = n % 3 === 2 ? random.pick(folders) : ['INBOX'];
    const raw = compose(ordinaryDraft(random, `w${n}.${options.seed}`, date, folder[0] === 'Sent'));
    const file = arrivals.add({ folder, raw, date, fresh: n % 2 === 0, flags: ordinaryFlags(random) });
    changes.push({ what: 'added', folder: folder.join('/'), name: file.name });
  }
  return { ...measure(dir), changes };
}

function measure(dir: string): Omit<SampleManifest, 'changes'> {
  const perFolder: Record<string, number> = {};
  let bytes = 0;
  let messages = 0;
  for (const folder of listFolders(dir)) {
    const names = ['cur', 'new'].flatMap((sub) => {
      const at = join(folderDirectory(dir, folder), sub);
      return existsSync(at) ? readdirSync(at) : [];
    });
    perFolder[folder.join('/')] = names.length;
    messages += names.length;
    for (const name of names) bytes += Number(/,S=(\d+)/.exec(name)?.[1] ?? 0);
  }
  return { messages, bytes, perFolder };
}
