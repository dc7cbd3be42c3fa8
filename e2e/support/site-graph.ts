import { createHash } from 'node:crypto';
import { MIGRATION_APP, type Microsoft365 } from '@sterna/simulator-microsoft365';
import type { Endpoint } from './direct-pass.ts';
import { appToken } from './graph.ts';

// biome-ignore lint/suspicious/noExplicitAny: answers of a service, looked at by tests
type Json = any;

/** An entry's side that is a site: `contoso.sharepoint.com/sites/sales` of contoso.example. */
export const siteEndpoint = (server: Microsoft365, tenant: string, path: string): Endpoint => ({
  connector: 'microsoft365',
  settings: { tenant, clientId: MIGRATION_APP.id, baseUrl: server.baseUrl, loginUrl: server.baseUrl },
  address: `${tenant.split('.')[0]}.sharepoint.com/${path}`,
  password: MIGRATION_APP.secret,
  itemType: 'site',
});

/** Graph past the connector, as an app of the tenant. */
export async function graphOf(server: Microsoft365, tenant: string) {
  const token = await appToken(server, tenant);
  const get = async (path: string): Promise<Json> => {
    const url = path.startsWith('http') ? path : `${server.baseUrl}/v1.0${path}`;
    // Contents come from addresses that say themselves for whom they are.
    const signed = url.startsWith(`${server.baseUrl}/v1.0/`) ? { authorization: `Bearer ${token}` } : {};
    const reply = await fetch(url, { headers: signed as Record<string, string> });
    if (!reply.ok) throw new Error(`${path}: ${reply.status} ${await reply.text()}`);
    return /json/.test(reply.headers.get('content-type') ?? '') ? reply.json() : Buffer.from(await reply.arrayBuffer());
  };
  const all = async (path: string): Promise<Json[]> => {
    const found: Json[] = [];
    for (let next: string | undefined = path; next !== undefined; ) {
      const page: Json = await get(next);
      found.push(...page.value);
      next = page['@odata.nextLink'];
    }
    return found;
  };
  return { get, all };
}

export type Graph = Awaited<ReturnType<typeof graphOf>>;

/** What a site says by Graph, numbers and ids of its own taken out; addresses are what stands before the @. */
export interface SiteMeaning {
  /** Name of a list → its items by title. */
  readonly lists: Readonly<Record<string, Readonly<Record<string, Json>>>>;
  /** By name. */
  readonly pages: Readonly<Record<string, Json>>;
  /** Path → hash of the content. */
  readonly files: Readonly<Record<string, string>>;
}

const OWN =
  /^(?:id|ContentType|Modified|Created|AuthorLookupId|EditorLookupId|_UIVersionString|Attachments|Edit|LinkTitle.*|ItemChildCount|FolderChildCount|SternaStamp|@odata.*)$/;

export async function siteMeaning(graph: Graph, address: string): Promise<SiteMeaning> {
  const [host = '', ...path] = address.split('/');
  const { id } = await graph.get(`/sites/${host}:/${path.join('/')}`);
  const site = `/sites/${encodeURIComponent(id)}`;
  const lists = await graph.all(`${site}/lists?$select=id,name,displayName,list,system&$expand=columns`);
  const people = new Map<string, string>();
  const users = lists.find(({ name }) => name === 'users');
  for (const { id: number, fields } of await graph.all(`${site}/lists/${users.id}/items?$expand=fields`))
    people.set(number, String(fields.EMail ?? '').split('@')[0] as string);
  const titles = new Map<string, string>();
  const plain = lists.filter(({ list, system }) => system === undefined && list.template === 'genericList');
  const rows = new Map<string, Json[]>();
  for (const list of plain) {
    const items = await graph.all(`${site}/lists/${list.id}/items?$expand=fields`);
    rows.set(list.id, items);
    for (const item of items) titles.set(`${list.id} ${item.id}`, item.fields.Title);
  }
  const found: Record<string, Record<string, Json>> = {};
  for (const list of plain) {
    const columns = new Map<string, Json>(list.columns.map((column: Json) => [column.name, column]));
    const fieldsOf = (fields: Json): Json => {
      const meaning: Json = {};
      for (const [name, value] of Object.entries<Json>(fields)) {
        if (OWN.test(name)) continue;
        const plainName = name.replace(/LookupId$/, '');
        const { lookup, personOrGroup } = columns.get(plainName) ?? columns.get(name) ?? {};
        const named = (number: string): string | undefined =>
          personOrGroup ? people.get(number) : titles.get(`${lookup?.listId} ${number}`);
        if (!lookup && !personOrGroup) meaning[name] = value;
        else if (Array.isArray(value)) meaning[name] = value.map((one) => named(String(one.LookupId)));
        else if (name.endsWith('LookupId')) meaning[plainName] = named(String(value));
      }
      return meaning;
    };
    found[list.displayName] = Object.fromEntries(
      (rows.get(list.id) ?? []).map(({ fields }) => [fields.Title, fieldsOf(fields)]),
    );
  }
  const pages: Record<string, Json> = {};
  for (const { id: page } of await graph.all(`${site}/pages/microsoft.graph.sitePage`)) {
    const whole = await graph.get(`${site}/pages/${page}/microsoft.graph.sitePage?$expand=canvasLayout`);
    const { name, title, description, pageLayout, promotionKind, publishingState, canvasLayout } = whole;
    pages[name] = {
      ...{ title, description, pageLayout, promotionKind, level: publishingState.level },
      canvas: withoutIds(canvasLayout),
    };
  }
  const files: Record<string, string> = {};
  const walk = async (drive: string, folder: string, at: string): Promise<void> => {
    for (const item of await graph.all(`/drives/${drive}/items/${folder}/children`)) {
      const where = `${at}/${item.name}`;
      if (item.folder) await walk(drive, item.id, where);
      else {
        const bytes = await graph.get(item['@microsoft.graph.downloadUrl']);
        files[where] = createHash('sha256').update(bytes).digest('hex');
      }
    }
  };
  for (const drive of await graph.all(`${site}/drives`)) await walk(drive.id, 'root', drive.name);
  return { lists: found, pages, files };
}

/** Instances of sections and web parts have ids of their own. */
function withoutIds(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutIds);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => name !== 'id' && !name.includes('@'))
      .map(([name, content]) => [name, withoutIds(content)]),
  );
}
