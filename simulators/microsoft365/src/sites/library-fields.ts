import type { LibraryList } from '../drive/drive.ts';
import type { DriveItem } from '../drive/item.ts';
import { written } from './field-values.ts';
import { columnJson, rowFieldsJson } from './json.ts';
import type { LibraryRows } from './library.ts';
import type { SiteList } from './list.ts';
import type { Site } from './site.ts';

/** The columns of a library, for those who come to its files by the drive. */
export class LibraryFields implements LibraryList {
  readonly #site: Site;
  readonly #list: SiteList;

  constructor(site: Site, list: SiteList) {
    this.#site = site;
    this.#list = list;
  }

  fields(item: DriveItem): Record<string, unknown> {
    const rows = this.#list.contents as LibraryRows;
    return rowFieldsJson(this.#site, this.#list, rows.rowOf(item), undefined);
  }

  write(item: DriveItem, fields: Record<string, unknown>, at: number): void {
    for (const [name, value] of written(this.#list.columns, fields, this.#site.rules)) {
      if (value === null) item.columns.delete(name);
      else item.columns.set(name, value);
    }
    (this.#list.contents as LibraryRows).drive.touch(item, at);
  }

  get columns(): Record<string, unknown>[] {
    return this.#list.columns.map((column) => columnJson(this.#site, column));
  }

  addColumn(body: Record<string, unknown>, at: number): Record<string, unknown> {
    const columns = this.#site.newColumns(body);
    for (const column of columns) this.#list.addColumn(column, at);
    return columnJson(this.#site, columns[0] as (typeof columns)[number]);
  }
}
