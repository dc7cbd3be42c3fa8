import { SternaError } from './errors.ts';
import { folderKey, parseFolderPath } from './folder-path.ts';

export interface FolderRule {
  readonly from: string;
  readonly to: string;
  readonly merge?: boolean | undefined;
}

const say = (rule: FolderRule): string => `${rule.from || '(root)'} → ${rule.to || '(root)'}`;

/**
 * Refuses what can be seen to be wrong without the source: a source folder with two targets, two sources into one
 * target without `merge`, a cycle. What depends on the real folders is found by `folderCollisions`.
 *
 * @throws SternaError config `folder-map-*`, naming both rules and the field
 */
export function checkFolderRules(rules: readonly FolderRule[]): void {
  const bySource = new Map<string, { rule: FolderRule; index: number }>();
  const byTarget = new Map<string, { rule: FolderRule; index: number }>();
  for (const [index, rule] of rules.entries()) {
    const source = folderKey(parseFolderPath(rule.from));
    const target = folderKey(parseFolderPath(rule.to));

    const sameSource = bySource.get(source);
    if (sameSource !== undefined)
      throw new SternaError(
        'config',
        'folder-map-two-targets',
        `The folder mapping sends ${rule.from || '(root)'} to two places: "${say(sameSource.rule)}" and "${say(rule)}".`,
        { field: `folders.map[${index}].from`, fix: 'Keep one of the two rules.' },
      );
    bySource.set(source, { rule, index });

    if (rule.merge === true) continue;
    const sameTarget = byTarget.get(target);
    if (sameTarget !== undefined)
      throw new SternaError(
        'config',
        'folder-map-two-sources',
        `Two folders would go into ${rule.to || '(root)'}: "${say(sameTarget.rule)}" and "${say(rule)}".`,
        { field: `folders.map[${index}].to`, fix: 'Set `merge` on one of them, or give it another target.' },
      );
    byTarget.set(target, { rule, index });
  }
  for (const start of bySource.values()) findCycle(start.rule, start.index, bySource);
}

/** A rule that keeps a folder where it is (`INBOX → INBOX`, an exception to a wider rule) is no cycle. */
function findCycle(
  start: FolderRule,
  index: number,
  bySource: ReadonlyMap<string, { rule: FolderRule; index: number }>,
): void {
  const origin = folderKey(parseFolderPath(start.from));
  let target = folderKey(parseFolderPath(start.to));
  if (target === origin) return;
  const seen = new Set<string>();
  let last = start;
  while (!seen.has(target)) {
    seen.add(target);
    const next = bySource.get(target);
    if (next === undefined) return;
    last = next.rule;
    target = folderKey(parseFolderPath(next.rule.to));
    if (target === origin)
      throw new SternaError(
        'config',
        'folder-map-cycle',
        `The folder mapping goes in a circle: "${say(start)}" … "${say(last)}".`,
        { field: `folders.map[${index}].to`, fix: 'Send one of them to a folder that no rule starts from.' },
      );
  }
}
