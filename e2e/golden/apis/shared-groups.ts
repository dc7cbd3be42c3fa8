import type { GoldenObject } from '../objects.ts';

/** What a group is called and who sees it, which Google and Microsoft 365 both have. */
export const groupObject = (
  id: string,
  properties: { readonly name: string; readonly text: string; readonly visibility: string },
): GoldenObject => ({ kind: 'setting', id, key: 'group', name: 'Name and visibility', properties });
