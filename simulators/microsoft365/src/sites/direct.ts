import type { SiteLock } from '../drive/drive.ts';
import type { Actor } from '../drive/item.ts';
import type { Microsoft365 } from '../server.ts';
import type { DirectoryUser, Tenant } from '../state/tenant.ts';
import { canvasFrom, type Json } from './canvas.ts';
import { columnJson, pageJson, rowFieldsJson } from './json.ts';
import type { SiteList } from './list.ts';
import { emptyPage, type Page, type PageContent } from './pages.ts';
import type { ListItem } from './row.ts';
import type { Site } from './site.ts';
import { sitesOf } from './sites.ts';

/** A row of a list as the site holds it. */
export interface DirectItem {
  readonly id: number;
  /** By internal name: numbers of people and rows, `{Url, Description}`, `{Label, TermGuid, WssId}`, texts. */
  readonly values: Readonly<Record<string, unknown>>;
  /** As Graph tells them. */
  readonly fields: Readonly<Json>;
  readonly createdAt: number;
  readonly modifiedAt: number;
  readonly versions: number;
}

/** A SharePoint site as its people see it, past Graph: for tests to fill, to change and to look at. */
export class DirectSite {
  readonly site: Site;
  readonly #server: Microsoft365;
  readonly #tenant: Tenant;
  readonly #by: Actor;

  /**
   * @param address who acts
   * @param path below the host: `sites/sales`
   */
  constructor(server: Microsoft365, address: string, path: string) {
    this.#server = server;
    this.#tenant = server.tenant(address.split('@')[1] as string);
    const user = this.#user(address);
    const site = sitesOf(this.#tenant).byPath(path);
    if (site === undefined) throw new Error(`no site ${path}`);
    this.site = site;
    site.users.ensure(user);
    this.#by = { user: { id: user.id, displayName: user.displayName, email: user.mail } };
  }

  /** As an administrator does it. */
  lock(state: SiteLock): void {
    this.site.lock = state;
  }

  /** Somebody comes by; their number, as columns of people hold it. */
  visit(address: string): number {
    return this.site.users.ensure(this.#user(address)).id;
  }

  /** Whose number it is. */
  addressOf(number: number): string | undefined {
    return this.site.users.byId(number)?.user.mail;
  }

  list(name: string): SiteList {
    const list = this.site.list(name);
    if (list === undefined) throw new Error(`no list ${name}`);
    return list;
  }

  /** @param columns as Graph's definitions */
  makeList(displayName: string, columns: readonly Json[]): SiteList {
    const at = this.#server.clock.now();
    const list = this.site.addList({ displayName, by: this.#by, at });
    for (const column of columns) for (const made of this.site.newColumns(column)) list.addColumn(made, at);
    return list;
  }

  /** Of a list: what its columns are, as Graph defines them. */
  columns(list: string): readonly Json[] {
    return this.list(list).columns.map((column) => columnJson(this.site, column));
  }

  items(list: string): readonly DirectItem[] {
    const of = this.list(list);
    return of.contents.rows.map((row) => ({
      id: row.id,
      values: Object.fromEntries(row.values),
      fields: rowFieldsJson(this.site, of, row, undefined),
      createdAt: row.created,
      modifiedAt: row.modified,
      versions: row.versions.length,
    }));
  }

  /** @param values as `DirectItem` has them; nothing is checked, since people's forms write what Graph can't */
  addItem(list: string, values: Readonly<Record<string, unknown>>, at = this.#server.clock.now()): number {
    const of = this.list(list);
    const item = of.items.create(
      of.columns,
      new Map(Object.entries(values)),
      { id: of.contentTypes[0]?.id ?? '0x01', name: 'Item' },
      { by: this.#by, at: this.#server.clock.now(), created: at },
    );
    return item.id;
  }

  /** null empties a column. */
  editItem(list: string, id: number, values: Readonly<Record<string, unknown>>): void {
    const of = this.list(list);
    const changes = new Map(Object.entries(values));
    of.items.update(of.columns, this.#item(of, id), changes, { by: this.#by, at: this.#server.clock.now() });
  }

  removeItem(list: string, id: number): void {
    const of = this.list(list);
    of.items.remove(this.#item(of, id), this.#server.clock.now());
  }

  /** As Graph tells them, with their canvas. */
  pages(): readonly Json[] {
    return this.site.pages.all.map((page) => pageJson(this.site, page));
  }

  /** A published page. @param canvas as Graph has it, with any web parts: those that Graph can't write too */
  addPage(name: string, content: Partial<Omit<PageContent, 'canvas'>> & { readonly canvas?: Json }): string {
    const { canvas, ...rest } = content;
    const writing = { by: this.#by, at: this.#server.clock.now() };
    const page = this.site.pages.create(
      name,
      { ...emptyPage(name.replace(/\.aspx$/, '')), ...rest, ...this.#canvas(canvas) },
      writing,
    );
    this.site.pages.publish(page, writing);
    return page.id;
  }

  editPage(name: string, content: Partial<Omit<PageContent, 'canvas'>> & { readonly canvas?: Json }): void {
    const { canvas, ...rest } = content;
    const writing = { by: this.#by, at: this.#server.clock.now() };
    const page = this.#page(name);
    this.site.pages.update(page, { ...rest, ...this.#canvas(canvas) }, writing);
    this.site.pages.publish(page, writing);
  }

  /** Somebody begins to edit it, and nobody else can until they end. */
  checkOut(name: string): void {
    this.#page(name).checkedOutBy = this.#by;
  }

  checkIn(name: string): void {
    this.#page(name).checkedOutBy = undefined;
  }

  removePage(name: string): void {
    this.site.pages.remove(this.#page(name));
  }

  #canvas(canvas: Json | undefined): Partial<PageContent> {
    return canvas === undefined ? {} : { canvas: canvasFrom(canvas, () => this.site.pages.newGuid(), 'any') };
  }

  #page(name: string): Page {
    const page = this.site.pages.byName(name);
    if (page === undefined) throw new Error(`no page ${name}`);
    return page;
  }

  #item(list: SiteList, id: number): ListItem {
    const item = list.items.row(id);
    if (item === undefined) throw new Error(`${list.displayName} has no item ${id}`);
    return item;
  }

  #user(address: string): DirectoryUser {
    const user = this.#tenant.user(address);
    if (user === undefined) throw new Error(`no user ${address}`);
    return user;
  }
}

/** The sites of one tenant again in another one, without what is in them: what an administrator prepares. */
export function mirrorSites(server: Microsoft365, from: string, to: string): void {
  const target = sitesOf(server.tenant(to));
  const made = new Map<Site, Site>();
  for (const site of sitesOf(server.tenant(from)).all) {
    const parent = site.parent === undefined ? undefined : made.get(site.parent);
    if (site.path === '') made.set(site, target.root);
    // Groups make their own.
    if (site.path === '' || site.group !== undefined) continue;
    const { name, displayName, description, template } = site;
    const copy = target.create({
      name,
      displayName,
      description,
      template,
      at: server.clock.now(),
      ...(parent === undefined ? {} : { parent }),
    });
    for (const user of server.tenant(to).users.values()) if (user.purpose === 'user') copy.users.ensure(user);
    made.set(site, copy);
  }
}
