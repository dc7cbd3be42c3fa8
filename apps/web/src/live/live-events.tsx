import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect, useRef, useState } from 'react';
import { isSignInNeeded } from '../api/error.ts';
import { isTouched } from './invalidation.ts';
import type { LiveEvent } from './live-event.ts';
import { readAgain } from './read-again.ts';
import { readStream } from './stream.ts';

/** Events are handed on at most this often: at 500 a second nobody reads more, and tables must stay smooth. */
const BATCH_MS = 1_000;
const RETRY_MS = [500, 1_000, 2_000, 5_000, 10_000];
/** A timer that is this late means that the machine slept. */
const SLEPT_MS = 10_000;
/** The request for the first stream may take so long to get there before it counts as a gap. */
const ON_ITS_WAY_MS = 2_000;

export type LiveState = 'connecting' | 'live' | 'lost';
/** `events` of the last second; undefined after a gap: whatever is shown must be read again. */
export type LiveListener = (events: readonly LiveEvent[] | undefined) => void;

interface Live {
  readonly state: LiveState;
  readonly listeners: Set<LiveListener>;
}
const LiveContext = createContext<Live | undefined>(undefined);

/**
 * One stream for all pages. Queries that an event touches are read again by themselves (see invalidation.ts); a query
 * with `meta: { live: 'own' }` is left to its page, which listens with `useLiveEvents`.
 */
export function LiveEvents({ children }: { readonly children: ReactNode }) {
  const queryClient = useQueryClient();
  const [state, setState] = useState<LiveState>('connecting');
  const listeners = useRef(new Set<LiveListener>());
  useEffect(() => run(queryClient, listeners.current, setState), [queryClient]);
  return <LiveContext value={{ state, listeners: listeners.current }}>{children}</LiveContext>;
}

/** Calls `listener` with the events of each second, and with undefined after a gap. */
export function useLiveEvents(listener: LiveListener): void {
  const live = useContext(LiveContext);
  const latest = useRef(listener);
  useEffect(() => {
    latest.current = listener;
  });
  useEffect(() => {
    if (live === undefined) return;
    const call: LiveListener = (events) => latest.current(events);
    live.listeners.add(call);
    return () => void live.listeners.delete(call);
  }, [live]);
}

/** Whether what is shown is up to date by itself. */
export const useLiveState = (): LiveState => useContext(LiveContext)?.state ?? 'connecting';

function run(queryClient: QueryClient, listeners: Set<LiveListener>, setState: (state: LiveState) => void): () => void {
  const ended = new AbortController();
  let connection = new AbortController();
  let wake: () => void = () => {};
  let waiting: LiveEvent[] = [];
  let gap = false;
  let everOpen = false;

  const flush = (): void => {
    if (gap) {
      gap = false;
      waiting = [];
      for (const listener of listeners) listener(undefined);
      readAgain(queryClient, (query) => query.meta?.live !== 'own');
      return;
    }
    if (waiting.length === 0) return;
    const events = waiting;
    waiting = [];
    for (const listener of listeners) listener(events);
    readAgain(queryClient, (query) => query.meta?.live !== 'own' && isTouched(query.queryKey, events));
  };

  let ticked = Date.now();
  const ticking = setInterval(() => {
    const now = Date.now();
    // Slept: the connection may look alive for minutes more. A fresh one tells what is.
    if (now - ticked > SLEPT_MS) connection.abort();
    ticked = now;
    flush();
  }, BATCH_MS);
  const retryNow = (): void => wake();
  // Its end isn't noticed by itself: the stream is silent most of the time.
  const drop = (): void => connection.abort();
  window.addEventListener('online', retryNow);
  window.addEventListener('offline', drop);
  document.addEventListener('visibilitychange', retryNow);

  const loop = async (): Promise<void> => {
    for (let failures = 0; !ended.signal.aborted; ) {
      connection = new AbortController();
      // The page may show answers that are as old as itself: what happened since comes first.
      const asked = performance.now();
      try {
        await readStream(
          AbortSignal.any([ended.signal, connection.signal]),
          everOpen ? undefined : asked + ON_ITS_WAY_MS,
          () => {
            failures = 0;
            // Nothing is kept for those who were away.
            if (everOpen || performance.now() - asked > ON_ITS_WAY_MS) gap = true;
            everOpen = true;
            setState('live');
            flush();
          },
          (event) => {
            if (event.type === 'lost') gap = true;
            else waiting.push(event);
          },
        );
      } catch (error) {
        if (isSignInNeeded(error)) void queryClient.invalidateQueries({ queryKey: ['get', '/api/me'] });
      }
      if (ended.signal.aborted) return;
      setState('lost');
      const pause = RETRY_MS[Math.min(failures, RETRY_MS.length - 1)] ?? 10_000;
      failures += 1;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, pause);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  };
  void loop();
  return () => {
    ended.abort();
    wake();
    clearInterval(ticking);
    window.removeEventListener('online', retryNow);
    window.removeEventListener('offline', drop);
    document.removeEventListener('visibilitychange', retryNow);
  };
}
