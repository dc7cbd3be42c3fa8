import type { Lab } from '../support/lab.ts';
import type { Options } from '../support/options.ts';

export interface Part {
  readonly name: string;
  readonly title: string;
  /** @returns Markdown for docs/benchmarks.md */
  run(lab: Lab, options: Options): Promise<string>;
}
