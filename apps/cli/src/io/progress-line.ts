import { SingleBar } from 'cli-progress';
import { formatBytes, formatSeconds, printable } from './table.ts';
import type { Terminal } from './terminal.ts';

/** Live figures of a pass, however they came here. */
export interface LiveProgress {
  readonly phase?: string;
  readonly container?: string | null;
  readonly objects?: number;
  readonly planned?: number;
  readonly bytes?: number;
  readonly failed?: number;
  readonly objectsPerSecond?: number;
  readonly etaSeconds?: number | null;
  /** On it at once, each on its share. */
  readonly workers?: number;
}

/** A bar on a terminal, a plain line now and then in a pipe, nothing with `--json`. */
export interface ProgressLine {
  update(progress: LiveProgress): void;
  /** A remark between two figures. */
  say(line: string): void;
  end(): void;
}

/** In a pipe, one line per this many milliseconds at most: logs should stay readable. */
const LINE_EVERY_MS = 5_000;

export function progressLine(terminal: Terminal, title: string): ProgressLine {
  if (terminal.json) return { update: () => {}, say: () => {}, end: () => {} };
  return process.stderr.isTTY === true ? bar(title) : lines(terminal, title);
}

function lines(terminal: Terminal, title: string): ProgressLine {
  let last = performance.now();
  return {
    update(progress) {
      if (performance.now() - last < LINE_EVERY_MS) return;
      last = performance.now();
      terminal.say(`${title}: ${figures(progress)}`);
    },
    say: (line) => terminal.say(line),
    end: () => {},
  };
}

function bar(title: string): ProgressLine {
  const single = new SingleBar({
    format: `${title} {bar} {percentage} % | {figures}`,
    stream: process.stderr,
    hideCursor: true,
    clearOnComplete: true,
    stopOnComplete: false,
    barsize: 20,
    fps: 5,
  });
  single.start(1, 0, { figures: '' });
  let ended = false;
  const end = (): void => {
    if (!ended) single.stop();
    ended = true;
  };
  return {
    update(progress) {
      if (ended) return;
      const objects = progress.objects ?? 0;
      single.setTotal(Math.max(1, objects + (progress.planned ?? 0)));
      single.update(objects, { figures: figures(progress) });
    },
    say(line) {
      end();
      process.stderr.write(`${line}\n`);
    },
    end,
  };
}

function figures(progress: LiveProgress): string {
  const parts = [`${progress.objects ?? 0} done`, formatBytes(progress.bytes ?? 0)];
  if (progress.planned) parts.push(`${progress.planned} to do`);
  if (progress.failed) parts.push(`${progress.failed} failed`);
  if (progress.objectsPerSecond) parts.push(`${Math.round(progress.objectsPerSecond)}/s`);
  if (progress.etaSeconds) parts.push(`${formatSeconds(progress.etaSeconds)} left`);
  if ((progress.workers ?? 1) > 1) parts.push(`${progress.workers} workers`);
  const where = [progress.phase, progress.container].filter(Boolean).map((text) => printable(text as string));
  return `${parts.join(', ')}${where.length === 0 ? '' : ` (${where.join(' ')})`}`;
}
