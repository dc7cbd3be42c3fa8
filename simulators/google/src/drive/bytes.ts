import type { Call } from '../http/call.ts';
import { bytes, type Result } from '../http/result.ts';
import type { Content } from './content.ts';
import { driveError } from './errors.ts';

/** The content, or the part of it that Range asks for. */
export function contentResult(
  call: Call,
  type: string,
  content: Content,
  headers: Record<string, string> = {},
): Result {
  const range = /^bytes=(\d*)-(\d*)$/.exec(call.header('range') ?? '');
  const [, first = '', last = ''] = range ?? [];
  if (range === null || (first === '' && last === '')) return bytes(type, content.slice(), { headers });
  const { size } = content;
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size : Math.min(Number(last) + 1, size);
  if (start >= size || end <= start) {
    throw driveError(416, 'requestedRangeNotSatisfiable', 'Request range not satisfiable');
  }
  return bytes(type, content.slice(start, end), {
    status: 206,
    headers: { ...headers, 'content-range': `bytes ${start}-${end - 1}/${size}` },
  });
}
