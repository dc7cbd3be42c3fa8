import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { $api, type Schema } from '../../api/client.ts';
import { useLiveEvents } from '../../live/live-events.tsx';
import { strings } from '../../strings.ts';

export type Batch = Schema<'CutoverBatch'>;
export type Line = Batch['lines'][number];
export type Schedule = Schema<'Schedule'>;
export type Run = Schema<'BatchRun'>;

export const nameOf = (batch: string): string => (batch === '' ? strings.batches.noBatch : batch);

const SCHEDULES = '/api/projects/{id}/schedules';
const CUTOVER = '/api/projects/{id}/cutover';
/** With 50,000 entries the evidence costs a moment: on a busy night it is read this often, not with every event. */
const EVERY_MS = 4_000;
const REASONS = new Set(['pass', 'batch', 'entry', 'bulk']);

/** Checklists and schedules of a project, and how to read them again after a change of one's own. */
export function useBatches(projectId: number) {
  const queryClient = useQueryClient();
  const own = { meta: { live: 'own' } };
  const path = { params: { path: { id: projectId } } };
  const cutover = $api.useQuery('get', CUTOVER, path, own);
  const schedules = $api.useQuery('get', SCHEDULES, path, own);
  const readAgain = () =>
    Promise.all([CUTOVER, SCHEDULES].map((one) => queryClient.invalidateQueries({ queryKey: ['get', one] }))).then(
      () => undefined,
    );
  const timer = useRef<number>(undefined);
  useEffect(() => () => window.clearTimeout(timer.current), []);
  useLiveEvents((events) => {
    const isOurs = events?.some(
      (event) => REASONS.has(event.type) && (event.projectId === undefined || event.projectId === projectId),
    );
    if (events !== undefined && isOurs !== true) return;
    // Somebody's tick is seen at once.
    const wait = events === undefined || events.some((event) => event.type === 'batch') ? 0 : EVERY_MS;
    if (wait > 0 && timer.current !== undefined) return;
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(() => {
      timer.current = undefined;
      void readAgain();
    }, wait);
  });
  return { cutover, schedules, readAgain };
}
