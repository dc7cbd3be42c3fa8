import type { Random, Size } from '@sterna/simulator-kit';
import { Content } from '../drive/content.ts';
import type { Actor } from '../drive/item.ts';
import { canvasFrom, type Json } from '../sites/canvas.ts';
import type { SiteList } from '../sites/list.ts';
import { emptyPage } from '../sites/pages.ts';
import type { Site } from '../sites/site.ts';
import { sitesOf } from '../sites/sites.ts';
import { WEB_PARTS } from '../sites/web-parts.ts';
import type { DirectoryUser } from '../state/tenant.ts';
import type { Seeder } from './seeder.ts';

/** When the sites were filled, as their change logs tell it. */
const SEEDED = Date.UTC(2026, 7, 2, 9);
const DAY = 24 * 3600 * 1000;

/** Sites beside the root; customers, products, orders, files and pages of each. */
const COUNTS: Record<
  Size,
  readonly [sites: number, customers: number, products: number, orders: number, files: number]
> = { small: [3, 24, 8, 40, 12], medium: [10, 60, 20, 120, 40], large: [40, 150, 40, 400, 100] };

const NAMES = ['Sales', 'Intranet', 'Research & Development', 'Übersicht', 'Procurement', 'Legal', 'Training', 'Press'];
const SEGMENTS = ['Industry', 'Retail', 'Public sector'];
const TAGS = ['Key account', 'Late payer', 'Reference, yes', 'Überfällig'];
const COUNTRIES = [
  ['Switzerland', '1a2b3c4d-0001-4000-a000-000000000001'],
  ['Österreich', '1a2b3c4d-0001-4000-a000-000000000002'],
  ['日本', '1a2b3c4d-0001-4000-a000-000000000003'],
] as const;

const CUSTOMER_COLUMNS: readonly Json[] = [
  { name: 'Since', displayName: 'Customer since', dateTime: { format: 'dateOnly' } },
  { name: 'LastCall', displayName: 'Last call', dateTime: { format: 'dateTime' } },
  { name: 'Revenue', displayName: 'Revenue', currency: { locale: 'de-ch' } },
  { name: 'Rating', displayName: 'Rating', number: { minimum: 0, maximum: 10, decimalPlaces: 'one' } },
  { name: 'Active', displayName: 'Active', boolean: {}, defaultValue: { value: '1' } },
  { name: 'Segment', displayName: 'Segment', choice: { choices: SEGMENTS, displayAs: 'dropDownMenu' } },
  { name: 'Tags', displayName: 'Tags', choice: { choices: TAGS, displayAs: 'checkBoxes', allowTextEntry: true } },
  { name: 'Remarks', displayName: 'Remarks', text: { allowMultipleLines: true, linesForEditing: 6 } },
  { name: 'Story', displayName: 'Story', text: { allowMultipleLines: true, textType: 'richText' } },
  { name: 'Website', displayName: 'Website', hyperlinkOrPicture: { isPicture: false } },
  { name: 'Logo', displayName: 'Logo', hyperlinkOrPicture: { isPicture: true } },
  { name: 'Contact', displayName: 'Our contact', personOrGroup: { chooseFromType: 'peopleOnly' } },
  { name: 'Team', displayName: 'Team', personOrGroup: { allowMultipleSelection: true } },
  { name: 'Country', displayName: 'Country', term: { allowMultipleValues: false } },
  { name: 'Label', displayName: 'Label', calculated: { formula: '=[Title]&" ("&[Segment]&")"', outputType: 'text' } },
  { name: 'Code', displayName: 'Code', text: { maxLength: 20 }, indexed: true, enforceUniqueValues: true },
];

/** Lists of every kind of column, libraries, and pages with every web part, at contoso; fabrikam has its root site alone. */
export const seedSites: Seeder = (_cloud, tenant, random, size) => {
  if (tenant.domain.startsWith('fabrikam')) return;
  const sites = sitesOf(tenant);
  const people = [...tenant.users.values()].filter(({ purpose }) => purpose === 'user').slice(0, 10);
  const [count, ...contents] = COUNTS[size];
  for (let n = 0; n < count; n++) {
    const displayName = NAMES[n] ?? `Site ${n + 1}`;
    const name = displayName.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
    // The third is a subsite of the first.
    const parent = n === 2 ? sites.byPath('sites/sales') : undefined;
    const at = Date.UTC(2020 + (n % 6), n % 12, 3, 9);
    const description = `All about ${displayName}.`;
    const site = sites.create({ name, displayName, description, at, ...(parent === undefined ? {} : { parent }) });
    new SiteSeeding(site, people, random).fill(contents);
  }
};

/** Fills one site. */
export class SiteSeeding {
  readonly #site: Site;
  readonly #people: readonly DirectoryUser[];
  readonly #random: Random;

  constructor(site: Site, people: readonly DirectoryUser[], random: Random) {
    this.#site = site;
    this.#people = people;
    this.#random = random;
    for (const user of people) site.users.ensure(user);
  }

  fill([customers, products, orders, files]: readonly [number, number, number, number]): void {
    const customerList = this.#customers(customers);
    const productList = this.#products(products);
    this.#orders(orders, customerList, productList);
    this.#files(files);
    this.#pages();
  }

  #customers(count: number): SiteList {
    const list = this.#list('Customers', 'Who buys from us.', CUSTOMER_COLUMNS);
    const { users } = this.#site;
    const number = () => users.ensure(this.#random.pick(this.#people)).id;
    for (let n = 1; n <= count; n++) {
      const [label, guid] = this.#random.pick(COUNTRIES);
      const since = Date.UTC(
        2010 + this.#random.integer(0, 15),
        this.#random.integer(0, 11),
        this.#random.integer(1, 28),
      );
      const values: Json = {
        Title: `Customer ${n} ${this.#random.pick(['AG', 'Ltd', '株式会社', 'S. à r. l.'])}`,
        Code: `C-${String(n).padStart(5, '0')}`,
        Since: `${new Date(since).toISOString().slice(0, 10)}T00:00:00Z`,
        Revenue: this.#random.integer(0, 10_000_000) / 100,
        Rating: this.#random.integer(0, 100) / 10,
        Active: n % 3 !== 0,
        Segment: this.#random.pick(SEGMENTS),
        Contact: number(),
        Country: { Label: label, TermGuid: guid, WssId: COUNTRIES.findIndex(([name]) => name === label) + 1 },
      };
      // Every second has the rest too: an empty column is told by its absence.
      if (n % 2 === 0) {
        Object.assign(values, {
          LastCall: new Date(since + 400 * DAY + 34_200_000).toISOString().replace(/\.\d+Z$/, 'Z'),
          Tags: [this.#random.pick(TAGS), 'Of our own'],
          Remarks: 'First line\nSecond line: <b>no markup</b>',
          Story: '<div><p>Met at the <strong>fair</strong>.</p><ul><li>One</li><li>Zwei</li></ul></div>',
          Website: { Url: `https://customer${n}.example/`, Description: `Customer ${n}` },
          Logo: { Url: `https://customer${n}.example/logo.png`, Description: 'Logo' },
          Team: [...new Set([number(), number()])].sort((a, b) => a - b),
        });
      }
      this.#item(list, values);
    }
    return list;
  }

  #products(count: number): SiteList {
    const price = { name: 'Price', displayName: 'Price', number: { minimum: 0 } };
    const taxed = { name: 'Taxed', displayName: 'Taxed', calculated: { formula: '=[Price]*2', outputType: 'number' } };
    const list = this.#list('Products', 'What we sell.', [price, taxed]);
    for (let n = 1; n <= count; n++) {
      this.#item(list, { Title: `Product ${n}`, Price: this.#random.integer(1, 5000) });
    }
    return list;
  }

  #orders(count: number, customers: SiteList, products: SiteList): void {
    const list = this.#list('Orders', '', [
      { name: 'Customer', displayName: 'Customer', lookup: { listId: customers.id, columnName: 'Title' } },
      {
        name: 'Products',
        displayName: 'Products',
        lookup: { listId: products.id, columnName: 'Title', allowMultipleValues: true },
      },
      { name: 'Placed', displayName: 'Placed', dateTime: { format: 'dateTime' }, indexed: true },
    ]);
    const some = (of: SiteList) => this.#random.pick(of.contents.rows).id;
    for (let n = 1; n <= count; n++) {
      const placed = Date.UTC(2026, this.#random.integer(0, 6), this.#random.integer(1, 28), 10, 30);
      const item = this.#item(list, {
        Title: `Order ${n}`,
        Customer: some(customers),
        Products: [...new Set([some(products), some(products)])],
        Placed: new Date(placed).toISOString().replace(/\.\d+Z$/, 'Z'),
      });
      if (n % 10 === 0) {
        const changes = new Map([['Title', `Order ${n}, corrected`]]);
        list.items.update(list.columns, item, changes, { by: this.#somebody(), at: SEEDED, modified: placed + DAY });
      }
    }
  }

  #files(count: number): void {
    const { library } = this.#site;
    const writing = () => ({
      by: this.#somebody(),
      at: SEEDED,
      dates: {
        created: SEEDED - this.#random.integer(100, 900) * DAY,
        modified: SEEDED - this.#random.integer(1, 99) * DAY,
      },
    });
    const folders = ['General', 'Offers & Contracts', 'Bilder'].map(
      (name) => library.createFolder(library.root, name, 'fail', writing()).folder,
    );
    for (let n = 1; n <= count; n++) {
      const text = `${this.#site.displayName}, file ${n}: ${this.#random.bytes(this.#random.integer(10, 600)).toString('hex')}\n`;
      library.writeFile(this.#random.pick(folders), `File ${n}.txt`, Content.of(text), 'fail', writing());
    }
  }

  #pages(): void {
    const [first] = [...this.#site.lists.values()].filter(({ template }) => template === 'genericList');
    this.#page('Home.aspx', 'Home', 'home', {
      horizontalSections: [
        section('1', 'fullWidth', [[standard(WEB_PARTS.hero, 'Hero', { heroLayoutThreshold: 640 })]]),
        section('2', 'oneThirdRightColumn', [
          [text('<h2>Welcome</h2><p>To <a href="https://contoso.sharepoint.com/sites/sales">Sales</a>.</p>')],
          [standard(WEB_PARTS.quickLinks, 'Quick links', { items: [{ title: 'Wiki', url: 'https://wiki.example/' }] })],
        ]),
      ],
      verticalSection: { emphasis: 'soft', webparts: [text('<p>Beside it all</p>')] },
    });
    this.#page('Everything.aspx', 'Everything', 'article', {
      horizontalSections: [
        section('1', 'twoColumns', [
          [text('<p><b>Hello!</b></p>'), standard(WEB_PARTS.image, 'Image', { imageSourceType: 2, altText: 'Bild' })],
          [
            standard(WEB_PARTS.fileViewer, 'File viewer', {
              file: `${this.#site.url}/Shared Documents/General/File 1.txt`,
            }),
          ],
        ]),
        section('2', 'threeColumns', [
          [standard(WEB_PARTS.divider, 'Divider', { length: 100 })],
          [],
          [standard('11111111-2222-4333-8444-555555555555', 'Another vendor’s', { colour: 'teal' })],
        ]),
        section('3', 'oneColumn', [[standard(WEB_PARTS.list, 'List', { selectedListId: first?.id ?? '' })]]),
      ],
    });
    this.#page('News-2026.aspx', 'News 2026 – “Neues”', 'article', {
      horizontalSections: [section('1', 'oneColumn', [[text('<p>Es gibt Neues.</p>')]])],
    });
    const news = this.#site.pages.byName('News-2026.aspx');
    if (news !== undefined) news.promotionKind = 'newsPost';
    this.#page('Text-only.aspx', 'Text only', 'article', {
      horizontalSections: [
        section('1', 'oneThirdLeftColumn', [[text('<p>Left</p>')], [text('<p>Right <em>side</em></p>')]], 'strong'),
      ],
    });
    // A draft that nobody published.
    this.#page('Draft.aspx', 'Draft', 'article', { horizontalSections: [] }, false);
  }

  #page(name: string, title: string, pageLayout: 'article' | 'home', canvas: Json, publish = true): void {
    const { pages } = this.#site;
    const writing = { by: this.#somebody(), at: SEEDED - this.#random.integer(1, 300) * DAY };
    const content = { ...emptyPage(title), pageLayout, canvas: canvasFrom(canvas, () => pages.newGuid(), 'any') };
    const page = pages.create(name, { ...content, description: `About ${title}` }, writing);
    if (publish) pages.publish(page, writing);
  }

  #list(displayName: string, description: string, columns: readonly Json[]): SiteList {
    const list = this.#site.addList({ displayName, description, by: this.#somebody(), at: SEEDED - 900 * DAY });
    for (const column of columns)
      for (const made of this.#site.newColumns(column)) list.addColumn(made, SEEDED - 900 * DAY);
    return list;
  }

  #item(list: SiteList, values: Json) {
    const created = SEEDED - this.#random.integer(10, 800) * DAY;
    const type = { id: list.contentTypes[0]?.id ?? '0x01', name: 'Item' };
    const writing = { by: this.#somebody(), at: SEEDED, created };
    return list.items.create(list.columns, new Map(Object.entries(values)), type, writing);
  }

  #somebody(): Actor {
    const { id, displayName, mail } = this.#random.pick(this.#people);
    return { user: { id, displayName, email: mail } };
  }
}

function section(id: string, layout: string, columns: readonly (readonly Json[])[], emphasis = 'none'): Json {
  return { id, layout, emphasis, columns: columns.map((webparts, at) => ({ id: `${at + 1}`, webparts })) };
}

function text(innerHtml: string): Json {
  return { '@odata.type': '#microsoft.graph.textWebPart', innerHtml };
}

function standard(webPartType: string, title: string, properties: Json): Json {
  const data = { dataVersion: '1.9', title, description: `${title} web part`, properties };
  return { '@odata.type': '#microsoft.graph.standardWebPart', webPartType, data };
}
