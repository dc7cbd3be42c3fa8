import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WEB_PARTS } from '../../src/sites/web-parts.ts';
import { openSiteLab, type SiteLab } from './support.ts';

let lab: SiteLab;
beforeEach(async () => {
  lab = await openSiteLab();
});
afterEach(() => lab.stop());

const TEXT = { '@odata.type': '#microsoft.graph.textWebPart', innerHtml: '<p>Hello</p>' };
const part = (webPartType: string) => ({
  '@odata.type': '#microsoft.graph.standardWebPart',
  webPartType,
  data: { dataVersion: '1.9', title: 'A part', properties: { altText: 'Alt' } },
});
const canvas = (...webparts: object[]) => ({
  horizontalSections: [
    {
      layout: 'oneThirdRightColumn',
      id: '1',
      emphasis: 'soft',
      columns: [
        { id: '1', width: 8, webparts },
        { id: '2', width: 4, webparts: [] },
      ],
    },
  ],
});
const page = (name: string, more: object = {}) => ({
  '@odata.type': '#microsoft.graph.sitePage',
  name,
  title: 'A page',
  pageLayout: 'article',
  canvasLayout: canvas(TEXT),
  ...more,
});

describe('A page', () => {
  it('is a draft with its canvas until it is published', async () => {
    const { client, at } = lab;
    const body = page('a.aspx', { canvasLayout: canvas(TEXT, part(WEB_PARTS.image)) });
    const made = await client('POST', `${at}/pages`, body);
    expect(made.status).toBe(201);
    expect(made.json.publishingState).toEqual({ level: 'draft', versionId: '0.1' });
    const path = `${at}/pages/${made.json.id}/microsoft.graph.sitePage`;
    expect((await client('POST', `${path}/publish`)).status).toBe(204);
    const told = (await client('GET', `${path}?$expand=canvasLayout`)).json;
    expect(told.publishingState).toEqual({ level: 'published', versionId: '1.0' });
    const [section] = told.canvasLayout.horizontalSections;
    expect(section).toMatchObject({ layout: 'oneThirdRightColumn', emphasis: 'soft' });
    expect(section.columns[0].webparts).toMatchObject([
      { innerHtml: '<p>Hello</p>' },
      { webPartType: WEB_PARTS.image, data: { properties: { altText: 'Alt' } } },
    ]);
    expect((await client('GET', `${path}/webParts`)).json.value).toHaveLength(2);
    // Nobody who didn't ask gets the canvas.
    expect((await client('GET', `${at}/pages`)).json.value[0].canvasLayout).toBeUndefined();
  });

  it('changes in place by its version, and is a draft again', async () => {
    const { client, at } = lab;
    const made = (await client('POST', `${at}/pages`, page('a.aspx'))).json;
    const path = `${at}/pages/${made.id}/microsoft.graph.sitePage`;
    await client('POST', `${path}/publish`);
    const change = { '@odata.type': '#microsoft.graph.sitePage', title: 'Another title' };
    const stale = await client('PATCH', path, change, { 'if-match': made.eTag });
    expect(stale.status).toBe(412);
    const changed = await client('PATCH', path, change);
    expect(changed.json).toMatchObject({ id: made.id, title: 'Another title', publishingState: { level: 'draft' } });
    expect((await client('GET', `${path}?$expand=canvasLayout`)).json.canvasLayout.horizontalSections).toHaveLength(1);
  });

  it('refuses web parts that the API does not offer, and names that are taken', async () => {
    const { client, at } = lab;
    const hero = await client('POST', `${at}/pages`, page('hero.aspx', { canvasLayout: canvas(part(WEB_PARTS.hero)) }));
    expect([hero.status, hero.json.error.code]).toEqual([400, 'invalidRequest']);
    const vendors = page('other.aspx', { canvasLayout: canvas(part('11111111-2222-4333-8444-555555555555')) });
    expect((await client('POST', `${at}/pages`, vendors)).status).toBe(201);
    const again = await client('POST', `${at}/pages`, page('OTHER.aspx'));
    expect([again.status, again.json.error.code]).toEqual([409, 'nameAlreadyExists']);
    expect((await client('POST', `${at}/pages`, page('no extension'))).status).toBe(400);
  });

  it('with any web part can be read, published and removed', async () => {
    const { client, at, alice } = lab;
    const id = alice.addPage('home.aspx', { canvas: canvas(part(WEB_PARTS.hero)) });
    const path = `${at}/pages/${id}/microsoft.graph.sitePage`;
    const told = (await client('GET', `${path}?$expand=canvasLayout`)).json;
    expect(told.createdBy.user.email).toBe('alice@contoso.example');
    expect(told.canvasLayout.horizontalSections[0].columns[0].webparts[0].webPartType).toBe(WEB_PARTS.hero);
    expect((await client('DELETE', `${at}/pages/${id}`)).status).toBe(204);
    expect((await client('GET', path)).status).toBe(404);
  });

  it('that somebody has open answers 423', async () => {
    const { client, at, alice } = lab;
    const id = alice.addPage('open.aspx', {});
    alice.checkOut('open.aspx');
    const path = `${at}/pages/${id}/microsoft.graph.sitePage`;
    expect((await client('GET', path)).json.publishingState.level).toBe('checkout');
    const change = { '@odata.type': '#microsoft.graph.sitePage', title: 'Mine' };
    expect((await client('PATCH', path, change)).status).toBe(423);
    alice.checkIn('open.aspx');
    expect((await client('PATCH', path, change)).status).toBe(200);
  });

  it('is a row of the list of pages too, which cannot be written as a list', async () => {
    const { client, at, alice } = lab;
    alice.addPage('a.aspx', { title: 'A' });
    const { value } = (await client('GET', `${at}/lists/Site Pages/items?$expand=fields`)).json;
    expect(value[0].fields).toMatchObject({ FileLeafRef: 'a.aspx', Title: 'A' });
    expect((await client('POST', `${at}/lists/Site Pages/items`, { fields: { Title: 'B' } })).status).toBe(400);
  });
});
