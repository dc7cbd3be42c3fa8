export type Tone = 'ok' | 'busy' | 'wait' | 'bad' | 'quiet';

const TONES: Readonly<Record<string, Tone>> = {
  'not started': 'quiet',
  scheduled: 'busy',
  queued: 'busy',
  running: 'busy',
  pending: 'wait',
  completed: 'ok',
  'completed with failures': 'wait',
  stopped: 'quiet',
  failed: 'bad',
};

/** The colours of a status, of an entry or a pass. */
export const toneOf = (status: string): Tone => TONES[status] ?? 'quiet';
