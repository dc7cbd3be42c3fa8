import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GoldenObject } from './objects.ts';

/** What people had before anything moved, on disk: of a hundred thousand objects only one person's are in memory. */
export class Shelf {
  readonly #folder = mkdtempSync(join(tmpdir(), 'sterna-golden-shelf-'));
  #objects = 0;

  put(person: number, objects: readonly GoldenObject[]): void {
    this.#objects += objects.length;
    writeFileSync(join(this.#folder, `${person}.json`), JSON.stringify(objects));
  }

  take(person: number): readonly GoldenObject[] {
    return JSON.parse(readFileSync(join(this.#folder, `${person}.json`), 'utf8'));
  }

  /** Put here so far. */
  get objects(): number {
    return this.#objects;
  }

  close(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
