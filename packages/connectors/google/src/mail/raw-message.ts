import { SternaError } from '@sterna/core';
import type { Message } from './message.ts';

/** Where the value begins. Within a string of JSON a quote is never without a backslash, so this is the name itself. */
const START = /"raw"\s*:\s*"/;
const QUOTE = 0x22;

/**
 * A message as `format=raw` answers it, without ever being whole in memory: the bytes come out of `body` as they arrive,
 * and once it has ended, `message()` is the rest.
 */
export class RawMessage {
  readonly #answer: AsyncIterable<Buffer>;
  #rest = '';
  #isFound = false;

  constructor(answer: AsyncIterable<Buffer>) {
    this.#answer = answer;
  }

  async *body(): AsyncGenerator<Buffer> {
    let state: 'before' | 'inside' | 'after' = 'before';
    let pending = '';
    const rest: Buffer[] = [];
    for await (const chunk of this.#answer) {
      let at = chunk;
      if (state === 'before') {
        // Its head is short: everything up to the value is looked at again until it is there.
        rest.push(at);
        const head = Buffer.concat(rest);
        const text = head.toString('latin1');
        const start = START.exec(text);
        if (start === null) continue;
        const end = start.index + start[0].length;
        rest.splice(0, rest.length, head.subarray(0, end));
        at = head.subarray(end);
        state = 'inside';
        this.#isFound = true;
      }
      if (state === 'inside') {
        const end = at.indexOf(QUOTE);
        const text = pending + at.subarray(0, end === -1 ? at.length : end).toString('latin1');
        const whole = end === -1 ? text.length - (text.length % 4) : text.length;
        pending = text.slice(whole);
        if (whole > 0) yield Buffer.from(text.slice(0, whole), 'base64url');
        if (end === -1) continue;
        at = at.subarray(end);
        state = 'after';
      }
      rest.push(at);
    }
    this.#rest = Buffer.concat(rest).toString('utf8');
  }

  /** @throws SternaError transient where the answer was no message */
  message(): Message {
    try {
      const parsed: unknown = JSON.parse(this.#rest);
      if (this.#isFound && typeof parsed === 'object' && parsed !== null) return parsed as Message;
    } catch {
      // Said below.
    }
    throw new SternaError('transient', 'service-answer-invalid', 'The answer to reading a message is none.', {
      fix: 'Sterna tries again by itself.',
    });
  }
}
