import type { Person } from '@sterna/content';
import { segment } from '../graph/client.ts';
import type { SiteContext } from './site-context.ts';

interface Row {
  readonly id: string;
  readonly fields?: { readonly EMail?: string | null; readonly Title?: string | null; readonly Name?: string | null };
}

interface Known {
  readonly people: ReadonlyMap<string, Person>;
  /** Number by lower-case address. */
  readonly numbers: ReadonlyMap<string, string>;
}

/**
 * Whom columns of people name: each site numbers everybody that it knows in a hidden list. Graph can read it; to make
 * somebody known takes their visit, or a right that they get on something of the site.
 */
export class SitePeople {
  readonly #context: SiteContext;
  #known: Promise<Known> | undefined;

  constructor(context: SiteContext) {
    this.#context = context;
  }

  async byNumber(number: string): Promise<Person | undefined> {
    const found = (await this.#list()).people.get(number);
    // Somebody may have come since it was read.
    return found ?? (await this.#list(true)).people.get(number);
  }

  async numberOf(address: string): Promise<string | undefined> {
    return (await this.#list()).numbers.get(address.toLowerCase());
  }

  #list(anew = false): Promise<Known> {
    if (this.#known === undefined || anew) {
      const read = this.#read();
      read.catch(() => {
        this.#known = undefined;
      });
      this.#known = read;
    }
    return this.#known;
  }

  async #read(): Promise<Known> {
    const lists = await this.#context.all<{ readonly id: string; readonly name?: string }>('/lists', {
      query: { $select: 'id,name,system' },
      doing: 'looking for the people of the site',
    });
    const list = lists.find(({ name }) => name === 'users');
    const people = new Map<string, Person>();
    const numbers = new Map<string, string>();
    if (list === undefined) return { people, numbers };
    for await (const page of this.#context.pages<Row>(`/lists/${segment(list.id)}/items`, {
      query: { $expand: 'fields($select=EMail,Title,Name)' },
      doing: 'reading the people of the site',
    }))
      for (const { id, fields } of page.value) {
        const address = fields?.EMail || loginAddress(fields?.Name);
        if (!address) continue;
        people.set(id, { address, ...(fields?.Title ? { name: fields.Title } : {}) });
        if (!numbers.has(address.toLowerCase())) numbers.set(address.toLowerCase(), id);
      }
    return { people, numbers };
  }
}

/** `i:0#.f|membership|alice@contoso.example` */
const loginAddress = (name: string | null | undefined): string | undefined =>
  /\|membership\|([^|\s]+@[^|\s]+)$/.exec(name ?? '')?.[1];
