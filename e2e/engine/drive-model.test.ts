import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { filesConnector } from '@sterna/connector-files';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addEntry, type Bench, openBench, pass, twinEntry } from '../support/direct-pass.ts';
import { drive, Tree } from '../support/drive-tree.ts';
import { scratch } from '../support/folders.ts';

const RUNS = process.env.STERNA_TEST_LONG === undefined ? 10 : 400;
const NAMES = ['a.txt', 'b.txt', 'c'] as const;
const CONFLICTS = ['skip', 'overwrite', 'rename'] as const;
const DELETIONS = ['keep', 'propagate'] as const;

let dir: string;
let bench: Bench;
let serial = 0;
beforeAll(async () => {
  dir = scratch('model');
  bench = await openBench(join(dir, 'data'), [filesConnector]);
});
afterAll(async () => {
  await bench.close();
  rmSync(dir, { recursive: true, force: true });
});

const name = fc.constantFrom(...NAMES);
/** Names that renaming gives, too: people may take those as well. */
const targetName = fc.constantFrom(...NAMES, 'a_1.txt', 'b_1.txt', 'c_1');
const steps = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ do: fc.constant('write' as const), name }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('remove' as const), name }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('move' as const), name, to: name }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('edit target' as const), name: targetName }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('remove in target' as const), name: targetName }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('pass' as const) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('lose state' as const) }) },
  ),
  { minLength: 2, maxLength: 14 },
);

interface Migrated {
  /** Content of the source when it was looked at last. */
  seen: string;
  /** Name of its copy; undefined where the conflict kept it from having one. */
  copy: string | undefined;
  /** What the copy held when it was written. */
  written: string;
  /** The target had it: what was there before isn't ours to remove. */
  wasThere: boolean;
  gone: boolean;
  /** Its copy was removed for that. */
  dropped?: boolean;
}

/** The rules of the conflict options, said once more and without a database. Contents are unique, so they tell moves. */
class Model {
  readonly source = new Map<string, string>();
  readonly target = new Map<string, string>();
  readonly #books = new Map<string, Migrated>();
  /** What entries of before know as theirs stays for them. */
  readonly #ofOthers = new Set<string>();
  readonly #conflict: (typeof CONFLICTS)[number];
  readonly #deletions: (typeof DELETIONS)[number];

  constructor(conflict: (typeof CONFLICTS)[number], deletions: (typeof DELETIONS)[number]) {
    this.#conflict = conflict;
    this.#deletions = deletions;
  }

  loseState(): void {
    for (const { copy, gone } of this.#books.values()) if (copy !== undefined && !gone) this.#ofOthers.add(copy);
    this.#books.clear();
  }

  pass(): void {
    const fresh: string[] = [];
    for (const [path, one] of this.#books) if (!this.source.has(path)) one.gone = true;
    // In the order of their names, as a folder is listed.
    for (const path of [...this.source.keys()].sort()) {
      const one = this.#books.get(path);
      if (one === undefined || one.dropped === true || (one.copy === undefined && one.seen !== this.source.get(path)))
        fresh.push(path);
      else one.gone = false;
    }
    for (const path of fresh) this.#create(path);
    const changed = [...this.#books].filter(([path, one]) => !one.gone && one.seen !== this.source.get(path));
    const released: string[] = [];
    for (const [path, one] of changed.sort(([a], [b]) => (a < b ? -1 : 1)))
      if (one.copy !== undefined && this.#replace(path, one)) released.push(path);
    for (const path of released) this.#create(path);
    if (this.#deletions === 'propagate') for (const one of this.#books.values()) if (one.gone) this.#drop(one);
  }

  /** What nobody touched goes, and what people removed before isn't known any more. */
  #drop(one: Migrated): void {
    if (one.copy === undefined) return;
    const there = this.target.get(one.copy);
    if (there !== undefined && (one.wasThere || there !== one.written)) return;
    if (!this.#ofOthers.has(one.copy)) this.target.delete(one.copy);
    one.copy = undefined;
    one.dropped = true;
  }

  /** @returns whether it leaves its copy to people and is created anew */
  #replace(path: string, one: Migrated): boolean {
    const content = this.source.get(path) as string;
    const copy = one.copy as string;
    const there = this.target.get(copy);
    one.seen = content;
    // Deleted by people: a delta pass does not send it again.
    if (there === undefined) return false;
    if (there === one.written || this.#conflict === 'overwrite') {
      this.target.set(copy, content);
      one.written = content;
      one.wasThere = false;
      return false;
    }
    if (this.#conflict === 'skip') return false;
    this.#books.delete(path);
    return true;
  }

  #create(path: string): void {
    const content = this.source.get(path) as string;
    if (this.#moved(path, content)) return;
    const free = this.#nameFor(path);
    const there = this.target.get(free);
    if (there === undefined || there === content || this.#conflict === 'overwrite') this.#put(path, free, content);
    else if (this.#conflict === 'rename') this.#put(path, this.#renamed(free, content), content);
    else this.#books.set(path, { seen: content, copy: undefined, written: '', wasThere: false, gone: false });
  }

  /** What left another place of the source with the same content: its copy goes to the new name, if nothing is there. */
  #moved(path: string, content: string): boolean {
    const from = [...this.#books].find(([, one]) => one.gone && one.copy !== undefined && one.written === content);
    if (from === undefined) return false;
    const [old, one] = from;
    const copy = one.copy as string;
    const wanted = this.#nameFor(path, old);
    const held = this.target.get(copy);
    if (held === undefined || (wanted !== copy && this.target.has(wanted))) return false;
    this.target.delete(copy);
    this.target.set(wanted, held);
    this.#books.delete(old);
    this.#books.set(path, { seen: content, copy: wanted, written: one.written, wasThere: false, gone: false });
    return true;
  }

  /** Its own name; with a number where the copy of another object of the source has it. */
  #nameFor(path: string, except?: string): string {
    const taken = new Set(
      [...this.#books].flatMap(([other, { copy }]) =>
        copy === undefined || other === path || other === except ? [] : [copy],
      ),
    );
    for (let n = 1; ; n += 1) {
      const candidate = n === 1 ? path : suffixed(path, ` (${n})`);
      if (!taken.has(candidate)) return candidate;
    }
  }

  /** The first number that is free, or has this very content: it was ours when there were books. */
  #renamed(path: string, content: string): string {
    const ours = new Set([...this.#books.values()].map(({ copy }) => copy));
    for (let n = 1; ; n += 1) {
      const candidate = suffixed(path, `_${n}`);
      if (!ours.has(candidate) && [undefined, content].includes(this.target.get(candidate))) return candidate;
    }
  }

  #put(path: string, copy: string, content: string): void {
    const wasThere = this.target.get(copy) === content;
    this.target.set(copy, content);
    this.#books.set(path, { seen: content, copy, written: content, wasThere, gone: false });
  }
}

const suffixed = (path: string, suffix: string): string => {
  const dot = path.lastIndexOf('.');
  return dot <= 0 ? `${path}${suffix}` : `${path.slice(0, dot)}${suffix}${path.slice(dot)}`;
};

test.each(CONFLICTS.flatMap((conflict) => DELETIONS.map((deletions) => [conflict, deletions] as const)))(
  'any sequence of edits on both sides and passes ends as the model says: %s, deletions: %s',
  async (conflict, deletions) => {
    await fc.assert(
      fc.asyncProperty(steps, async (sequence) => {
        serial += 1;
        const source = new Tree(join(dir, `${serial}`, 'source'));
        const target = new Tree(join(dir, `${serial}`, 'target'));
        let entry = await addEntry(bench, drive(source.root), drive(target.root));
        const model = new Model(conflict, deletions);
        let passes = 0;
        let writes = 0;
        const run = async (): Promise<void> => {
          const outcome = await pass(bench, entry, passes === 0 ? 'initial' : 'delta', { conflict, deletions });
          passes += 1;
          model.pass();
          expect(outcome).toMatchObject({ status: 'completed', error: null, books: { balanced: true } });
          expect(target.texts()).toEqual(Object.fromEntries([...model.target].sort(([a], [b]) => (a < b ? -1 : 1))));
        };
        for (const step of sequence) {
          writes += 1;
          const content = `content ${writes}`;
          if (step.do === 'write') {
            source.write(step.name, content);
            model.source.set(step.name, content);
          } else if (step.do === 'remove') {
            source.remove(step.name);
            model.source.delete(step.name);
          } else if (step.do === 'move') {
            const held = model.source.get(step.name);
            if (held === undefined || step.to === step.name) continue;
            source.move(step.name, step.to);
            model.source.delete(step.name);
            model.source.set(step.to, held);
          } else if (step.do === 'edit target') {
            target.write(step.name, content);
            model.target.set(step.name, content);
          } else if (step.do === 'remove in target') {
            target.remove(step.name);
            model.target.delete(step.name);
          } else if (step.do === 'lose state') {
            // Another entry of the same two sides knows nothing of what this one did.
            entry = await twinEntry(bench, entry);
            passes = 0;
            model.loseState();
          } else await run();
        }
        await run();
      }),
      { numRuns: RUNS },
    );
  },
  300_000,
);
