import { type Client, LIVE_PASS_STATUSES, type PassView } from '@sterna/api-contract';
import { type LiveProgress, progressLine } from '../io/progress-line.ts';
import { printable } from '../io/table.ts';
import type { Terminal } from '../io/terminal.ts';

/** Asked again at least this often, whatever the events say: they only make it quicker. */
const POLL_MS = 2_000;

/** Waits until a pass is over and shows its progress. Survives a restart of the server: it asks on. */
export async function watchPass(client: Client, terminal: Terminal, passId: number): Promise<PassView> {
  const over = new AbortController();
  const doorbell = ring(client, passId, over.signal);
  const first = await client.getPass({ params: { id: passId } });
  const line = progressLine(terminal, `${first.kind} pass`);
  let waiting = '';
  try {
    for (let pass = first; ; pass = await client.getPass({ params: { id: passId } })) {
      if (!LIVE_PASS_STATUSES.includes(pass.status)) return pass;
      line.update((pass.progress ?? {}) as LiveProgress);
      if (pass.status === 'pending' && pass.resumeAt !== undefined && pass.resumeAt !== waiting) {
        waiting = pass.resumeAt;
        line.say(`Waiting until ${waiting}: ${printable(errorOf(pass)?.message ?? 'the system asked for it')}`);
      }
      await doorbell.next();
    }
  } finally {
    line.end();
    over.abort();
  }
}

export const errorOf = (pass: PassView): { code?: string; message?: string; fix?: string } | undefined =>
  (pass.error ?? undefined) as { code?: string; message?: string; fix?: string } | undefined;

/** Rings when the pass has news, and every two seconds anyway. */
function ring(client: Client, passId: number, signal: AbortSignal): { next(): Promise<void> } {
  let wake = (): void => {};
  let rang = false;
  const listen = async (): Promise<void> => {
    for await (const event of client.events({ signal })) {
      const about = event.data as { passId?: number };
      if (about.passId !== passId && event.type !== 'lost') continue;
      rang = true;
      wake();
    }
  };
  // Without events there is still the clock.
  listen().catch(() => {});
  return {
    next: () =>
      new Promise((resolve) => {
        if (rang) {
          rang = false;
          resolve();
          return;
        }
        const timer = setTimeout(resolve, POLL_MS);
        wake = () => {
          rang = false;
          clearTimeout(timer);
          resolve();
        };
      }),
  };
}
