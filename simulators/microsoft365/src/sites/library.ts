import type { Random } from '@sterna/simulator-kit';
import type { Drive } from '../drive/drive.ts';
import { type DriveItem, isFolder, lineage, subtree } from '../drive/item.ts';
import { guidOf } from '../state/ids.ts';
import { builtInColumn, type Column } from './columns.ts';
import type { ListContents } from './list.ts';
import type { Row } from './row.ts';

/** The files and folders of a drive as the rows of the list that it is. */
export class LibraryRows implements ListContents {
  readonly drive: Drive;

  constructor(drive: Drive) {
    this.drive = drive;
  }

  get rows(): readonly Row[] {
    const items = [...subtree(this.drive.root)].slice(1);
    return items.sort((a, b) => a.listItemId - b.listItemId).map((item) => this.rowOf(item));
  }

  row(id: number): Row | undefined {
    const item = [...subtree(this.drive.root)].find(({ listItemId }) => listItemId === id && id > 0);
    return item && this.rowOf(item);
  }

  rowOf(item: DriveItem): Row {
    const values = new Map<string, unknown>([
      ['FileLeafRef', item.name],
      ['FileSizeDisplay', `${item.size}`],
      ...item.columns,
    ]);
    const { created, modified, createdBy, modifiedBy, eTagNumber } = item;
    const state = { modified, modifiedBy, values };
    return {
      id: item.listItemId,
      guid: item.guid,
      created,
      modified,
      createdBy,
      modifiedBy,
      eTagNumber,
      contentType: isFolder(item) ? { id: '0x0120', name: 'Folder' } : { id: '0x0101', name: 'Document' },
      values,
      versions: isFolder(item) ? [{ id: '1.0', ...state }] : item.versions.map((version) => ({ ...version, values })),
      hasAttachments: false,
      webUrl: [this.drive.site.url, this.drive.path, ...lineage(item).map(({ name }) => name)]
        .map((part, at) => (at === 0 ? part : encodeURIComponent(part)))
        .join('/'),
      driveItem: item,
    };
  }
}

/** What a library's list has beside the columns of every list. */
export function libraryColumns(random: Random): Column[] {
  return [
    builtInColumn(guidOf(random), 'FileLeafRef', 'Name', { facet: 'text' }),
    builtInColumn(guidOf(random), 'FileSizeDisplay', 'File Size', { facet: 'text', readOnly: true }),
  ];
}
