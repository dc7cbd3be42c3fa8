/** One line of a side-by-side: on both sides, or on one of them alone. */
export interface DiffRow {
  readonly left: string | undefined;
  readonly right: string | undefined;
  readonly same: boolean;
}

/** Beyond this many lines the comparison would take longer than anybody waits; they are then paired as they come. */
const MOST = 2_000;

/** The longest common subsequence of lines stays side by side; what is between is shown as changed. */
export function diffLines(a: readonly string[], b: readonly string[]): readonly DiffRow[] {
  if (a.length > MOST || b.length > MOST) return pairs(a, b);
  const width = b.length + 1;
  const lengths = new Uint16Array((a.length + 1) * width);
  const at = (i: number, j: number): number => lengths[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i -= 1)
    for (let j = b.length - 1; j >= 0; j -= 1)
      lengths[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  const rows: DiffRow[] = [];
  let left: string[] = [];
  let right: string[] = [];
  const flush = (): void => {
    rows.push(...pairs(left, right));
    left = [];
    right = [];
  };
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const [one, other] = [a[i], b[j]];
    if (one !== undefined && one === other) {
      flush();
      rows.push({ left: one, right: one, same: true });
      i += 1;
      j += 1;
    } else if (other === undefined || (one !== undefined && at(i + 1, j) >= at(i, j + 1))) {
      left.push(one as string);
      i += 1;
    } else {
      right.push(other);
      j += 1;
    }
  }
  flush();
  return rows;
}

const pairs = (a: readonly string[], b: readonly string[]): DiffRow[] =>
  Array.from({ length: Math.max(a.length, b.length) }, (_, i) => ({
    left: a[i],
    right: b[i],
    same: a[i] !== undefined && a[i] === b[i],
  }));
