import { invalidRequest, noSuchItem } from '../drive/errors.ts';
import type { Column } from './columns.ts';

/** What items of a list are: an id that begins with its parent's, and columns. */
export interface ContentType {
  readonly id: string;
  name: string;
  description: string;
  group: string;
  readonly parentId: string;
  readonly builtIn: boolean;
  readonly columns: Column[];
}

const BUILT_IN: readonly (readonly [id: string, name: string, parent: string, group: string])[] = [
  ['0x01', 'Item', '0x', 'List Content Types'],
  ['0x0101', 'Document', '0x01', 'Document Content Types'],
  ['0x0120', 'Folder', '0x01', 'Folder Content Types'],
  ['0x0104', 'Announcement', '0x01', 'List Content Types'],
  ['0x0101009D1CB255DA76424F860D91F20E6C4118', 'Site Page', '0x0101', 'Document Content Types'],
];

/** Those that every site has. */
export function builtInContentTypes(): ContentType[] {
  return BUILT_IN.map(([id, name, parentId, group]) => ({
    id,
    name,
    description: '',
    group,
    parentId,
    builtIn: true,
    columns: [],
  }));
}

/** A child of a site's type, as a list has one of each that it uses, or as somebody made it. @param guid without hyphens */
export function childType(parent: ContentType, guid: string, more: Partial<ContentType> = {}): ContentType {
  return {
    id: `${parent.id}00${guid.toUpperCase()}`,
    name: parent.name,
    description: parent.description,
    group: parent.group,
    parentId: parent.id,
    builtIn: false,
    columns: [...parent.columns],
    ...more,
  };
}

/** Throws 404. */
export function findType(types: readonly ContentType[], id: string): ContentType {
  const found = types.find((type) => type.id.toLowerCase() === id.toLowerCase());
  if (found === undefined) throw noSuchItem();
  return found;
}

/** Throws 400 when another type has the name. */
export function checkTypeName(types: readonly ContentType[], name: string): void {
  if (types.some((type) => type.name.toLowerCase() === name.toLowerCase())) {
    throw invalidRequest('A content type of this name is there already.', 'nameAlreadyExists');
  }
}
