/** Sets of UIDs as ranges (RFC 9051 section 9, sequence-set and uid-set). */

export interface UidRange {
  readonly from: number;
  readonly to: number;
}

const MAX_UID = 0xffffffff;

/** Ranges in the order given. Undefined for what is no set of plain UIDs (`*` included). */
export function parseUidSet(text: string): UidRange[] | undefined {
  const ranges: UidRange[] = [];
  for (const part of text.split(',')) {
    const match = /^(\d{1,10})(?::(\d{1,10}))?$/.exec(part);
    if (!match) return undefined;
    const first = Number(match[1]);
    const second = match[2] === undefined ? first : Number(match[2]);
    if (first < 1 || second < 1 || first > MAX_UID || second > MAX_UID) return undefined;
    ranges.push(first <= second ? { from: first, to: second } : { from: second, to: first });
  }
  return ranges;
}

export function countUids(ranges: readonly UidRange[]): number {
  return ranges.reduce((sum, range) => sum + range.to - range.from + 1, 0);
}

/** All UIDs, in order; undefined where there are more than `limit`: a set from a server is never trusted to be small. */
export function expandUidSet(ranges: readonly UidRange[], limit: number): number[] | undefined {
  if (countUids(ranges) > limit) return undefined;
  const uids: number[] = [];
  for (const range of ranges) for (let uid = range.from; uid <= range.to; uid++) uids.push(uid);
  return uids;
}

/** Sets for commands, each at most `maxLength` characters long, together holding every UID once, ascending. */
export function formatUidSets(uids: Iterable<number>, maxLength = 4000): string[] {
  const sorted = [...new Set(uids)].sort((a, b) => a - b);
  const sets: string[] = [];
  let current = '';
  for (let i = 0; i < sorted.length; ) {
    let end = i;
    while (end + 1 < sorted.length && sorted[end + 1] === (sorted[end] as number) + 1) end++;
    const part = end === i ? `${sorted[i]}` : `${sorted[i]}:${sorted[end]}`;
    if (current !== '' && current.length + part.length + 1 > maxLength) {
      sets.push(current);
      current = '';
    }
    current = current === '' ? part : `${current},${part}`;
    i = end + 1;
  }
  if (current !== '') sets.push(current);
  return sets;
}
