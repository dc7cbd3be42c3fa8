import { randomBytes } from 'node:crypto';
import { asSternaError } from '@sterna/core';
import type { Facts } from './facts.ts';
import { openFile } from './file-body.ts';
import { lookAt } from './listing.ts';
import type { Remote, TimesWay } from './remote.ts';
import type { Server } from './server.ts';

/** What was found out about a server by trying it. */
export interface Traits {
  /** A PUT with `If-None-Match: *` leaves what is there. */
  readonly createsOnly: boolean;
  /** A PUT with `If-Match` leaves what is another version. */
  readonly matches: boolean;
  /** A MOVE with `Overwrite: F` leaves what is there. */
  readonly moveKeeps: boolean;
  /** A MOVE with an ETag in `If` replaces that version alone. */
  readonly moveMatches: boolean;
  /** A MOVE leaves the ETag as it was, so what is known of a file before it holds after it. */
  readonly moveKeepsVersion: boolean;
  readonly times: TimesWay;
  /** A PUT with `Content-Range` writes a part of a file. */
  readonly partialPut: boolean;
  /** A PUT shows the file once it is whole. Can't be tried: known of some servers. */
  readonly atomicPut: boolean;
  readonly isTried: boolean;
  /** Each of them in words. */
  readonly evidence: Readonly<Record<string, string>>;
}

const DATE = new Date('2001-02-03T04:05:06Z');
/** Answers that a server that can't do something gives. */
const REFUSALS = [400, 403, 405, 411, 415, 416, 422, 424, 428, 500, 501, 505];

const known = new Map<string, Promise<Traits>>();

/**
 * Tries the server with two small hidden files in the root, once for each server of this process: the next entries take what
 * was found.
 *
 * @param options.key What is one server: the setting `url`
 * @param options.isFresh Tries it in any case, beside whoever works there
 * @param options.owner Whose files those are: of one that was killed, the next try there takes them away. Undefined:
 *   somebody else may be trying just now
 * @throws SternaError as requests do
 */
export async function traitsOf(
  remote: Remote,
  server: Server,
  { key, isFresh, owner }: { readonly key: string; readonly isFresh: boolean; readonly owner: string | undefined },
): Promise<Traits> {
  const whole = `${server.kind} ${key}`;
  const stamp = isFresh || owner === undefined ? randomBytes(8).toString('hex') : owner;
  const found = (isFresh ? undefined : known.get(whole)) ?? probed(remote, server, stamp);
  known.set(whole, found);
  let isKept = false;
  try {
    const traits = await found;
    isKept = traits.isTried;
    return traits;
  } finally {
    // What one account may not try, the next one may.
    if (!isKept && known.get(whole) === found) known.delete(whole);
  }
}

const yes = (is: boolean, words: string, otherwise: string): string => (is ? words : otherwise);

async function probed(remote: Remote, server: Server, stamp: string): Promise<Traits> {
  const ending = server.kind === 'cloud' ? 'tmp' : 'part';
  const [one, other] = ['a', 'b'].map((name) => server.tree.file([], `.sterna-probe-${stamp}-${name}.${ending}`)) as [
    URL,
    URL,
  ];
  try {
    await remote.discard(one);
    await remote.discard(other);
    return await tried(remote, server, one, other);
  } catch (thrown) {
    const { code, message } = asSternaError(thrown);
    // The root itself may be closed, with folders in it that aren't. Then nothing is taken for granted.
    if (code !== 'not-allowed-there') throw thrown;
    return cautious(server, message);
  } finally {
    await remote.discard(one);
    await remote.discard(other);
  }
}

/** Of a server that was not tried. */
function cautious(server: Server, why: string): Traits {
  return {
    createsOnly: false,
    matches: false,
    moveKeeps: false,
    moveMatches: false,
    moveKeepsVersion: false,
    times: server.kind === 'cloud' ? 'header' : 'none',
    partialPut: false,
    atomicPut: false,
    isTried: false,
    evidence: { 'not tried': why },
  };
}

async function tried(remote: Remote, server: Server, one: URL, other: URL): Promise<Traits> {
  const { http } = remote;
  const put = (url: URL, text: string, options: Parameters<Remote['put']>[2] = {}) =>
    remote.put(url, Buffer.from(text), { ...options, expected: REFUSALS.filter((status) => status !== 403) });
  const first = await put(one, 'first', { onlyIf: 'nothing', date: DATE });
  // A condition that is always refused is none that can be used.
  if (first.status >= 300) await remote.put(one, Buffer.from('first'), { date: DATE });
  const isDated = (facts: Facts | undefined): boolean => facts?.date?.getTime() === DATE.getTime();
  const isByHeader = isDated(await lookAt(http, one));
  const createsOnly = first.status < 300 && (await put(one, 'second', { onlyIf: 'nothing' })).status === 412;
  const matches = (await put(one, 'third', { onlyIf: { etag: '"sterna-knows-no-such-version"' } })).status === 412;

  await remote.put(other, Buffer.from('other'));
  const moveKeeps = (await moved(remote, other, one, { overwrite: false })) === 412;
  if (!moveKeeps) await remote.put(other, Buffer.from('other'));
  const moveMatches = await isMoveMatching(remote, other, one);

  const moveKeepsVersion = await isVersionKept(remote, other, one);

  const partialPut = server.kind !== 'cloud' && (await isPartial(remote, one));
  const times: TimesWay = isByHeader ? 'header' : await byProperty(remote, one, isDated);
  const atomicPut = server.kind === 'cloud' || server.kind === 'apache';
  return {
    createsOnly,
    matches,
    moveKeeps,
    moveMatches,
    moveKeepsVersion,
    times,
    partialPut,
    atomicPut,
    isTried: true,
    evidence: {
      'new files': yes(
        createsOnly,
        'If-None-Match: * is honoured, tried: a PUT leaves what is there',
        'If-None-Match: * is ignored, tried: files go to a temporary name first',
      ),
      'changed files': yes(
        matches,
        'If-Match is honoured, tried',
        'If-Match is ignored, tried: a file is looked at right before it is replaced',
      ),
      moves: `${yes(moveKeeps, 'Overwrite: F is honoured, tried', 'Overwrite: F is not honoured, tried: what is there is looked for right before')}; ${yes(moveMatches, 'so are ETags in If', 'ETags in If are not')}; ${yes(moveKeepsVersion, 'a file keeps its ETag', 'a file has another ETag afterwards')}`,
      dates: {
        header: 'kept, tried: X-OC-MTime',
        getlastmodified: 'kept, tried: PROPPATCH of getlastmodified',
        win32: 'kept, tried: PROPPATCH of Win32LastModifiedTime',
        none: 'not kept, tried: files have the date when they were written',
      }[times],
      'half written files': atomicPut
        ? `never seen: known of ${server.name}`
        : 'may be seen: files go to a temporary name first',
      'large files': server.uploads
        ? 'in chunks that can be taken up again, where the server offers it'
        : yes(
            partialPut,
            'taken up again where they broke off: Content-Range is honoured, tried',
            'start over when they break off: Content-Range is not honoured, tried',
          ),
    },
  };
}

/** Status of a move; 501 where the server refuses it in another way. */
async function moved(remote: Remote, from: URL, to: URL, options: Parameters<Remote['move']>[2]): Promise<number> {
  try {
    return (await remote.move(from, to, options)).status;
  } catch (thrown) {
    const error = asSternaError(thrown);
    const { status } = error.details;
    if (typeof status === 'number' && REFUSALS.includes(status) && error.class !== 'config') return 501;
    throw thrown;
  }
}

async function isMoveMatching(remote: Remote, from: URL, to: URL): Promise<boolean> {
  const facts = await lookAt(remote.http, to);
  if (facts?.etag === undefined) return false;
  const wrong = await moved(remote, from, to, { overwrite: true, onlyOver: '"sterna-knows-no-such-version"' });
  if (wrong !== 412) return false;
  // Servers that know no ETags there refuse every one.
  return (await moved(remote, from, to, { overwrite: true, onlyOver: facts.etag })) < 300;
}

async function isVersionKept(remote: Remote, from: URL, to: URL): Promise<boolean> {
  await remote.put(from, Buffer.from('moved'));
  const before = await lookAt(remote.http, from);
  if (before?.etag === undefined || (await moved(remote, from, to, { overwrite: true })) >= 300) return false;
  return (await lookAt(remote.http, to))?.etag === before.etag;
}

async function isPartial(remote: Remote, url: URL): Promise<boolean> {
  await remote.put(url, Buffer.from('0123456789'));
  const answer = await remote.put(url, Buffer.from('abc'), {
    headers: { 'content-range': 'bytes 2-4/10' },
    expected: REFUSALS,
  });
  if (answer.status >= 300) return false;
  const file = await openFile(remote.http, url);
  if (file === undefined) return false;
  const chunks: Buffer[] = [];
  for await (const chunk of file.answer.body) chunks.push(chunk);
  return Buffer.concat(chunks).toString('latin1') === '01abc56789';
}

async function byProperty(remote: Remote, url: URL, isDated: (facts: Facts | undefined) => boolean): Promise<TimesWay> {
  for (const way of ['getlastmodified', 'win32'] as const) {
    await remote.setDate(url, DATE, way);
    if (isDated(await lookAt(remote.http, url))) return way;
  }
  return 'none';
}
