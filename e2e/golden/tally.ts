import type { Finding } from './compare.ts';

/** Examples of each sort of what is unaccounted for. */
const EXAMPLES = 2;
const ALL_EXAMPLES = 100;

/** What was found so far, counted: findings themselves are only kept where nobody accounts for them, and only some. */
export class Tally {
  readonly #verdicts: Record<Finding['verdict'], number> = { identical: 0, noted: 0, unaccounted: 0 };
  readonly #rows = new Map<string, { told: number; silent: number; codes: Set<string> }>();
  readonly #kinds = new Map<string, { all: number; identical: number; missing: number; extra: number }>();
  readonly #examples = new Map<string, string[]>();

  add(finding: Finding): void {
    const { kind, verdict, differences, problem } = finding;
    this.#verdicts[verdict] += 1;
    const sum = this.#kinds.get(kind) ?? { all: 0, identical: 0, missing: 0, extra: 0 };
    this.#kinds.set(kind, sum);
    sum.all += 1;
    if (verdict === 'identical') sum.identical += 1;
    if (problem !== undefined) sum[problem] += 1;
    for (const { property, code } of differences) {
      const key = `${kind} ${property}`;
      const row = this.#rows.get(key) ?? { told: 0, silent: 0, codes: new Set() };
      this.#rows.set(key, row);
      if (code === undefined) row.silent += 1;
      else {
        row.told += 1;
        row.codes.add(code);
      }
    }
    if (verdict === 'unaccounted') this.#keep(finding);
  }

  count(verdict: Finding['verdict']): number {
    return this.#verdicts[verdict];
  }

  #keep(finding: Finding): void {
    const silent = finding.differences.filter(({ code }) => code === undefined).map(({ property }) => property);
    const sort = `${finding.kind} ${finding.problem ?? silent.join(' ')}`;
    const known = this.#examples.get(sort) ?? [];
    if (known.length < EXAMPLES && this.#examples.size < ALL_EXAMPLES)
      this.#examples.set(sort, [...known, inWords(finding)]);
  }

  /** Some of each sort of what is unaccounted for. */
  examples(): string[] {
    return [...this.#examples.values()].flat();
  }

  /** Property by property: how many stayed, how many differ as told, how many nobody told of. Markdown. */
  table(): string {
    return [
      '| kind | compared | identical | missing | one too many |',
      '| --- | ---: | ---: | ---: | ---: |',
      ...[...this.#kinds].map(
        ([kind, sum]) => `| ${kind} | ${sum.all} | ${sum.identical} | ${sum.missing} | ${sum.extra} |`,
      ),
      '',
      '| property | differs, as noted | differs, unaccounted for | notes |',
      '| --- | ---: | ---: | --- |',
      ...[...this.#rows]
        .sort(([a], [b]) => a.localeCompare(b))
        .map(
          ([name, { told, silent, codes }]) => `| ${name} | ${told} | ${silent} | ${[...codes].sort().join(', ')} |`,
        ),
    ].join('\n');
  }
}

function inWords({ kind, key, name, problem, differences, codes }: Finding): string {
  const what = `${kind} ${JSON.stringify(name)} (${key.slice(0, 60)})`;
  if (problem !== undefined) return `${what}: ${problem}${codes.length > 0 ? `, told: ${codes.join(', ')}` : ''}`;
  const each = differences
    .filter(({ code }) => code === undefined)
    .map(
      ({ property, was, is }) =>
        `\n    ${property}: ${JSON.stringify(was.slice(0, 120))} → ${JSON.stringify(is.slice(0, 120))}`,
    );
  return `${what}, told: ${codes.join(', ') || 'nothing'}${each.join('')}`;
}
