import { api, dataOf } from '../../api/client.ts';
import type { EntrySource, PageAnswer } from './entry-pages.ts';
import { type ListSearch, PAGE, queryOf } from './search.ts';

const keyOf = (projectId: number, search: ListSearch): string =>
  JSON.stringify([projectId, queryOf(search), search.desc]);

/** The API's list of what `search` finds. */
export function sourceOf(projectId: number, search: ListSearch): EntrySource {
  const read = (query: { limit: number; after?: string; skip?: number; ids?: string }) =>
    dataOf(api.GET('/api/projects/{id}/entries', { params: { path: { id: projectId }, query } }));
  const order = { ...queryOf(search), ...(search.desc === true ? { descending: 'true' as const } : {}) };
  return {
    page: ({ after, skip, limit }) => {
      if (after === undefined && skip === 0) {
        const asked = takeAsked(projectId, search);
        if (asked !== undefined) return asked.answer;
      }
      return read({ ...order, limit, ...(after === undefined ? { skip } : { after }) });
    },
    byIds: async (ids) => (await read({ ids: ids.join(','), limit: ids.length })).items,
  };
}

interface Asked {
  readonly key: string;
  readonly answer: Promise<PageAnswer>;
  arrived: PageAnswer | undefined;
}
let asked: Asked | undefined;

/**
 * Asks for the first rows of the list that is the page of the address, while the rest of the page is still on its way:
 * whoever comes by a link or reloads waits for the slower of the two, not for one after the other.
 */
export function askForFirstPage(projectId: number, search: ListSearch): Promise<PageAnswer> {
  const answer = sourceOf(projectId, search).page({ after: undefined, skip: 0, limit: PAGE });
  const mine: Asked = { key: keyOf(projectId, search), answer, arrived: undefined };
  asked = mine;
  answer.then(
    (page) => {
      mine.arrived = page;
    },
    // Told to whoever takes it.
    () => undefined,
  );
  return answer;
}

/** It is given out once: later it would be old. */
function takeAsked(projectId: number, search: ListSearch): Asked | undefined {
  const found = asked?.key === keyOf(projectId, search) ? asked : undefined;
  asked = undefined;
  return found;
}

/** The first page where it is there already, for the first picture to have rows. */
export const arrivedFirstPage = (projectId: number, search: ListSearch): PageAnswer | undefined =>
  asked?.arrived !== undefined ? takeAsked(projectId, search)?.arrived : undefined;
