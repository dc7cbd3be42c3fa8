import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SpoilingProxy {
  readonly url: string;
  /** What was put in place of what, the latest last. */
  readonly spoilt: readonly string[];
  /** From now on, by this seed; a share of the answers, each in one place. */
  begin(seed: number, share: number): void;
  stop(): Promise<void>;
}

/** Of another type, empty, endless, or no text that a program expects. */
const STRANGE: readonly unknown[] = [
  ...[null, true, 0, -1, 1e300, '', 'no date', '9999-99-99T99:99:99Z', '\u0000\ud800', 'x'.repeat(5_000)],
  ...[[], [null], [{}], ['x'], {}],
];
/** Node's own, of one connection alone. */
const HOP = ['host', 'connection', 'content-length', 'transfer-encoding', 'content-encoding', 'keep-alive'];

/**
 * Between a client and a service with JSON: passes on what is asked, and spoils one value of some answers that were good.
 *
 * @param target the service's address; in what it answers the proxy's own stands for it
 */
export async function startSpoilingProxy(target: string): Promise<SpoilingProxy> {
  let random = randomFrom(0);
  let share = 0;
  const spoilt: string[] = [];
  let url = '';
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString('latin1').replaceAll(url, target);
    const given = await fetch(`${target}${request.url}`, {
      method: request.method ?? 'GET',
      headers: { ...withoutHop(Object.entries(request.headers)), 'accept-encoding': 'identity' },
      redirect: 'manual',
      ...(chunks.length === 0 ? {} : { body: Buffer.from(body, 'latin1') }),
    });
    let bytes = Buffer.from(await given.arrayBuffer());
    if (given.headers.get('content-type')?.includes('json') === true) {
      const text = bytes.toString().replaceAll(target, url);
      const isSpoilt = given.status === 200 && random() < share;
      bytes = Buffer.from(isSpoilt ? JSON.stringify(spoil(JSON.parse(text))) : text);
    }
    response.writeHead(given.status, { ...withoutHop([...given.headers]), 'content-length': bytes.length });
    response.end(bytes);
  };
  const spoil = (json: unknown): unknown => {
    const places = placesIn(json);
    const place = places[Math.floor(random() * places.length)];
    if (place === undefined) return json;
    const { within, key } = place;
    const strange = STRANGE[Math.floor(random() * (STRANGE.length + 1))];
    spoilt.push(`${key}: ${JSON.stringify(within[key])?.slice(0, 80)} became ${JSON.stringify(strange)?.slice(0, 80)}`);
    if (strange === undefined) delete within[key];
    else within[key] = strange;
    return json;
  };
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    spoilt,
    begin(seed, some) {
      random = randomFrom(seed);
      share = some;
      spoilt.length = 0;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function placesIn(json: unknown): { readonly within: Record<string, unknown>; readonly key: string }[] {
  if (typeof json !== 'object' || json === null) return [];
  const within = json as Record<string, unknown>;
  return Object.keys(within).flatMap((key) => [{ within, key }, ...placesIn(within[key])]);
}

const withoutHop = (headers: readonly (readonly [string, string | readonly string[] | undefined])[]) =>
  Object.fromEntries(
    headers.flatMap(([name, value]) => (HOP.includes(name) || value === undefined ? [] : [[name, String(value)]])),
  );

/** The numbers of Numerical Recipes' quick generator, from 0 to 1. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
