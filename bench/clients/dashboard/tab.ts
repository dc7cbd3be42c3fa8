import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import type { LiveEvent } from '@sterna/web/live-event';
import type { Measures } from './measures.ts';

/** As browsers keep them to a server; the stream has one of them. */
const CONNECTIONS = 6;

/** A tab of a browser in which somebody is signed in. */
export class Tab {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS - 1 });
  readonly #url: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #answers: Measures;

  /** @param answers gets the time of each request by `what`, from when it is asked to the last byte of its answer */
  constructor(url: string, session: string, answers: Measures) {
    this.#url = url;
    this.#headers = { cookie: `sterna_session=${session}`, 'x-sterna-request': '1' };
    this.#answers = answers;
  }

  /** @throws Error on any answer but 200 */
  async get(path: string, what: string): Promise<string> {
    const askedAt = performance.now();
    const response = await this.#ask(path, this.#agent);
    let body = '';
    response.setEncoding('utf8');
    for await (const part of response) body += part;
    if (response.statusCode !== 200) throw new Error(`${path} answered ${response.statusCode}: ${body.slice(0, 500)}`);
    this.#answers.add(what, performance.now() - askedAt);
    return body;
  }

  /** @returns once the stream is open */
  async listen(hear: (event: LiveEvent) => void): Promise<void> {
    const stream = await this.#ask('/api/events', undefined);
    if (stream.statusCode !== 200) throw new Error(`the events answered ${stream.statusCode}`);
    let rest = '';
    stream.setEncoding('utf8');
    stream.on('data', (part: string) => {
      const blocks = (rest + part).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) {
        const at = block.indexOf('data: ');
        if (at !== -1) hear(JSON.parse(block.slice(at + 6)) as LiveEvent);
      }
    });
    stream.once('close', () => {
      throw new Error('the stream of events broke');
    });
  }

  async #ask(path: string, agent: Agent | undefined): Promise<IncomingMessage> {
    const request = get(`${this.#url}${path}`, { headers: this.#headers, ...(agent === undefined ? {} : { agent }) });
    const answered = once(request, 'response') as Promise<[IncomingMessage]>;
    // What breaks later breaks the response, and is told there.
    request.on('error', () => undefined);
    try {
      return (await answered)[0];
    } catch (error) {
      throw new Error(`${path} was not answered`, { cause: error });
    }
  }
}
