import type { OpenRequest } from '@sterna/connector-kit';
import type { ItemType } from '@sterna/core';
import type { Connection } from './connect.ts';
import { openGroup } from './groups/open.ts';
import type { OpenedPart } from './part.ts';
import { openSite } from './sites/open.ts';

/** How an entry of each type is opened; of those that aren't here, as a user. */
export const OPENERS: Readonly<
  Partial<Record<ItemType, (connection: Connection, request: OpenRequest) => Promise<readonly OpenedPart[]>>>
> = {
  group: openGroup,
  team: openGroup,
  site: openSite,
};
