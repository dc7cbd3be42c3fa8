import type { LiveEvent } from './live-event.ts';

/** Which answers an event makes old, by the path of the request. Progress alone touches only what shows progress. */
const TOUCHED: Readonly<Record<string, readonly RegExp[]>> = {
  progress: [/^\/api\/overview/, /^\/api\/passes/, /^\/api\/projects\/\{id\}\/entries$/, /^\/api\/entries\/\{id\}$/],
  pass: [/^\/api\/(overview|passes|projects|entries|licenses|remigrations|bulk-remigrations|reports)/],
  entry: [/^\/api\/(overview|projects|entries|licenses)/],
  project: [/^\/api\/(overview|projects|entries)/],
  license: [/^\/api\/(overview|licenses|entries|projects)/],
  remigration: [/^\/api\/(overview|remigrations|bulk-remigrations|entries)/],
  system: [/^\/api\/(overview|systems)/],
  batch: [/^\/api\/(overview|projects|schedules|entries)/],
  notification: [/^\/api\/notifications/],
  delivery: [/^\/api\/notifications\/deliveries/],
};

/** Answers that no event changes, whatever it says. */
const STEADY = /^\/api\/(settings-schema|connectors)|\/plan$|-plan$/;

/** `queryKey` as openapi-react-query makes it: [method, path, init]. */
export function isTouched(queryKey: readonly unknown[], events: readonly LiveEvent[]): boolean {
  const [method, path, init] = queryKey;
  if (method !== 'get' || typeof path !== 'string' || STEADY.test(path)) return false;
  return events.some((event) => {
    const paths = TOUCHED[event.type];
    if (paths === undefined) return !STEADY.test(path);
    return paths.some((pattern) => pattern.test(path)) && !isOfAnother(path, init, event);
  });
}

/** Of an entry, project or pass that the event isn't about. */
function isOfAnother(path: string, init: unknown, event: LiveEvent): boolean {
  const id = (init as { params?: { path?: { id?: number } } } | undefined)?.params?.path?.id;
  if (id === undefined) return false;
  if (path.startsWith('/api/entries/')) return event.entryId !== undefined && event.entryId !== id;
  if (path.startsWith('/api/projects/')) return event.projectId !== undefined && event.projectId !== id;
  if (path.startsWith('/api/passes/')) return event.passId !== undefined && event.passId !== id;
  return false;
}
