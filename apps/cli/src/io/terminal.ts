import { asSternaError } from '@sterna/core';
import { EXIT, type ExitCode, exitCodeOf } from '../exit-codes.ts';
import { type Answer, exitOf } from './answer.ts';
import { failureJson, failureLines } from './failure.ts';

/** Where a command writes: answers on stdout, everything said on the way and errors on stderr. */
export class Terminal {
  readonly #json: boolean;

  constructor(options: { readonly json: boolean }) {
    this.#json = options.json;
  }

  get json(): boolean {
    return this.#json;
  }

  /** A person watches: bars and prompts make sense. */
  get interactive(): boolean {
    return !this.#json && process.stdin.isTTY === true && process.stderr.isTTY === true;
  }

  answer(answer: Answer | undefined): ExitCode {
    if (answer !== undefined) {
      const lines = this.#json ? [JSON.stringify(answer.data)] : answer.text();
      for (const line of lines) process.stdout.write(`${line}\n`);
    }
    return exitOf(answer);
  }

  /** Progress and remarks; silent with `--json`, whose users want stdout and an exit code. */
  say(line: string): void {
    if (!this.#json) process.stderr.write(`${line}\n`);
  }

  fail(thrown: unknown): ExitCode {
    if (isAbort(thrown)) return EXIT.interrupted;
    const debug = process.env.STERNA_DEBUG === '1';
    const lines = this.#json ? [failureJson(thrown)] : failureLines(thrown, debug);
    process.stderr.write(`${lines.join('\n')}\n`);
    return exitCodeOf(asSternaError(thrown));
  }
}

const isAbort = (thrown: unknown): boolean => thrown instanceof Error && thrown.name === 'AbortError';
