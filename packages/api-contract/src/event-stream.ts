/** Server-sent events over fetch, so that a Bearer token can be sent (EventSource can't). */

export interface LiveEvent {
  readonly id: string | undefined;
  /** `pass`, `entry`, `system` … */
  readonly type: string;
  readonly data: unknown;
}
export type Events = AsyncGenerator<LiveEvent>;

export async function* readEvents(open: () => Promise<Response>): Events {
  const response = await open();
  if (response.body === null) return;
  let rest = '';
  for await (const text of response.body.pipeThrough(new TextDecoderStream())) {
    rest += text;
    const blocks = rest.split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const event = parseBlock(block);
      if (event !== undefined) yield event;
    }
  }
}

/** Comments (the heartbeat) and blocks without data give nothing. */
function parseBlock(block: string): LiveEvent | undefined {
  let id: string | undefined;
  let type = 'message';
  const data: string[] = [];
  for (const line of block.split('\n')) {
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    const value = line.slice(colon + 1).replace(/^ /, '');
    const field = line.slice(0, colon);
    if (field === 'id') id = value;
    else if (field === 'event') type = value;
    else if (field === 'data') data.push(value);
  }
  if (data.length === 0) return undefined;
  return { id, type, data: JSON.parse(data.join('\n')) };
}
