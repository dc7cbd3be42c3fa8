import { refusalOf } from '../api/client.ts';
import type { LiveEvent } from './live-event.ts';

/** The server says something at least every 15 s; a connection that is silent for longer is dead, even if it looks open. */
const SILENCE_MS = 40_000;

/**
 * Server-sent events over fetch instead of EventSource: the heartbeat is a comment, which EventSource hides, and without
 * it nobody can tell a quiet night from a laptop that slept and left half a connection behind.
 *
 * @param recentMs events of the last so many milliseconds come first
 */
export async function readStream(
  signal: AbortSignal,
  recentMs: number | undefined,
  onOpen: () => void,
  onEvent: (event: LiveEvent) => void,
): Promise<void> {
  const silence = new AbortController();
  let timer = setTimeout(() => silence.abort(), SILENCE_MS);
  const heard = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => silence.abort(), SILENCE_MS);
  };
  try {
    const response = await fetch(`/api/events${recentMs === undefined ? '' : `?recent=${Math.ceil(recentMs)}`}`, {
      signal: AbortSignal.any([signal, silence.signal]),
      headers: { accept: 'text/event-stream' },
    });
    if (!response.ok || response.body === null) throw await refusalOf(response);
    onOpen();
    let rest = '';
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      heard();
      const blocks = (rest + value).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) {
        const data = block
          .split('\n')
          .filter((line) => line.startsWith('data:'))
          .map((line) => line.slice(5))
          .join('\n');
        if (data !== '') onEvent(JSON.parse(data) as LiveEvent);
      }
    }
  } finally {
    clearTimeout(timer);
  }
}
