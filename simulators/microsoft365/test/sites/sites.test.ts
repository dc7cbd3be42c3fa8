import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DirectSite, drivesOf, mirrorSites, sitesOf, startMicrosoft365 } from '../../src/index.ts';
import { Contract } from '../contract/index.ts';
import { allPages } from '../drive/support.ts';
import { signIn } from '../sign-in.ts';
import { openSiteLab, type SiteLab } from './support.ts';

let lab: SiteLab;
beforeEach(async () => {
  lab = await openSiteLab();
});
afterEach(() => lab.stop());

describe('A site', () => {
  it('has several addresses', async () => {
    const { client, site, at } = lab;
    const byId = (await client('GET', at)).json;
    expect(byId).toMatchObject({
      id: site.id,
      displayName: 'Sales',
      webUrl: 'https://contoso.sharepoint.com/sites/sales',
    });
    const byPath = (await client('GET', '/sites/contoso.sharepoint.com:/sites/sales')).json;
    expect(byPath.id).toBe(site.id);
    expect((await client('GET', '/sites/contoso.sharepoint.com:/sites/sales:/lists')).status).toBe(200);
    const root = (await client('GET', '/sites/root')).json;
    expect(root.webUrl).toBe('https://contoso.sharepoint.com');
    expect((await client('GET', '/sites/contoso.sharepoint.com')).json.id).toBe(root.id);
    expect((await client('GET', '/sites/contoso.sharepoint.com:/sites/none')).status).toBe(404);
    lab.allow(/has no|no '/);
  });

  it('is found by name and among all, people’s own sites apart', async () => {
    const { client, tenant } = lab;
    sitesOf(tenant).create({ name: 'legal', displayName: 'Legal', at: 0 });
    drivesOf(tenant).provision(tenant.named('alice'), 0);
    const found = await client('GET', '/sites?search=legal');
    expect(found.json.value.map(({ displayName }: { displayName: string }) => displayName)).toEqual(['Legal']);
    const { value } = await allPages(client, '/sites/getAllSites?$top=2');
    expect(value.map(({ displayName, isPersonalSite }) => [displayName, isPersonalSite])).toEqual([
      ['Communication site', false],
      ['Sales', false],
      ['Legal', false],
      ['Alice Ashby', true],
    ]);
  });

  it('has subsites, which share its site collection', async () => {
    const { client, tenant, site, at } = lab;
    const child = sitesOf(tenant).create({ name: 'north', displayName: 'North', parent: site, at: 0 });
    const { value } = (await client('GET', `${at}/sites`)).json;
    expect(value).toMatchObject([{ id: child.id, webUrl: 'https://contoso.sharepoint.com/sites/sales/north' }]);
    expect(child.id.split(',')[1]).toBe(site.id.split(',')[1]);
    expect(value[0].parentReference).toEqual({ siteId: site.id });
  });

  it('has a library that is a drive, whose files are rows of its list', async () => {
    const { client, site, at } = lab;
    const drive = (await client('GET', `${at}/drive`)).json;
    expect(drive).toMatchObject({ driveType: 'documentLibrary', name: 'Documents' });
    expect(drive.webUrl).toBe(`${site.url}/Shared%20Documents`);
    await client('POST', `/drives/${drive.id}/root/children`, { name: 'Plan', folder: {} });
    const file = await client('PUT', `${at}/drive/root:/Plan/a.txt:/content`, 'hello', {
      'content-type': 'text/plain',
    });
    expect(file.json.webUrl).toBe(`${site.url}/Shared%20Documents/Plan/a.txt`);
    const list = (await client('GET', `${at}/lists/Documents`)).json;
    expect((await client('GET', `${at}/lists/${list.id}/drive`)).json.id).toBe(drive.id);
    const { value } = (await client('GET', `${at}/lists/${list.id}/items?$expand=fields,driveItem($select=id)`)).json;
    expect(value.map(({ fields }: { fields: { FileLeafRef: string } }) => fields.FileLeafRef)).toEqual([
      'Plan',
      'a.txt',
    ]);
    expect(value[1].driveItem.id).toBe(file.json.id);
    expect((await client('GET', `${at}/drives`)).json.value).toHaveLength(1);
  });

  it('has columns of its library by either way', async () => {
    const { client, site, at, alice } = lab;
    const people = { name: 'Reviewer', displayName: 'Reviewer', personOrGroup: { chooseFromType: 'peopleOnly' } };
    expect((await client('POST', `/drives/${site.library.id}/list/columns`, people)).status).toBe(201);
    const put = await client('PUT', `${at}/drive/root:/a.txt:/content`, 'a', { 'content-type': 'text/plain' });
    const number = `${alice.visit('chloe@contoso.example')}`;
    const fields = `/drives/${site.library.id}/items/${put.json.id}/listItem/fields`;
    expect((await client('PATCH', fields, { ReviewerLookupId: number })).status).toBe(200);
    const rows = (await client('GET', `${at}/lists/Documents/items?$expand=fields`)).json.value;
    expect(rows[0].fields.ReviewerLookupId).toBe(number);
  });

  it('tells its rights to files by its own groups', async () => {
    const { client, at } = lab;
    const { value } = (await client('GET', `${at}/drive/root/permissions`)).json;
    const names = value.map(
      (each: { grantedToV2: { siteGroup: { displayName: string } } }) => each.grantedToV2.siteGroup,
    );
    expect(names.map(({ displayName }: { displayName: string }) => displayName)).toEqual([
      'Sales Owners',
      'Sales Members',
      'Sales Visitors',
    ]);
  });

  it('of a group is the group’s drive too', async () => {
    const { client, tenant } = lab;
    const group = { id: '0f0f0f0f-0000-4000-a000-000000000001', displayName: 'Crew', email: 'crew@contoso.example' };
    const site = sitesOf(tenant).create({ name: 'crew', displayName: 'Crew', group, at: 0 });
    expect((await client('GET', `/groups/${group.id}/drive`)).json.id).toBe(site.library.id);
    expect(sitesOf(tenant).ofGroup(group.id)).toBe(site);
  });

  it('that is locked answers 423, and 403 to writes where it may be read', async () => {
    const { client, at, alice } = lab;
    alice.lock('noAccess');
    const blocked = await client('GET', `${at}/lists`);
    expect([blocked.status, blocked.json.error.code]).toEqual([423, 'notAllowed']);
    expect((await client('GET', `${at}/drive/root/children`)).status).toBe(423);
    alice.lock('readOnly');
    expect((await client('GET', `${at}/lists`)).status).toBe(200);
    const refused = await client('POST', `${at}/lists`, { displayName: 'New', list: { template: 'genericList' } });
    expect([refused.status, refused.json.error.code]).toEqual([403, 'accessDenied']);
    alice.lock('unlocked');
    expect(
      (await client('POST', `${at}/lists`, { displayName: 'New', list: { template: 'genericList' } })).status,
    ).toBe(201);
  });

  it('keeps the rights of single apps', async () => {
    const { client, at } = lab;
    const body = { roles: ['write'], grantedToIdentities: [{ application: { id: 'a', displayName: 'App' } }] };
    const { json, status } = await client('POST', `${at}/permissions`, body);
    expect(status).toBe(201);
    await client('PATCH', `${at}/permissions/${json.id}`, { roles: ['read'] });
    expect((await client('GET', `${at}/permissions`)).json.value).toMatchObject([{ roles: ['read'] }]);
    expect((await client('DELETE', `${at}/permissions/${json.id}`)).status).toBe(204);
    expect((await client('GET', `${at}/permissions`)).json.value).toEqual([]);
  });
});

describe('The seed', () => {
  it('fills contoso, and the same sites can be made empty at fabrikam', async () => {
    const contract = new Contract();
    const server = await startMicrosoft365({ seed: 'sites', empty: ['fabrikam.example'], observe: contract.observe });
    try {
      mirrorSites(server, 'contoso.example', 'fabrikam.example');
      const [ours, theirs] = ['contoso.example', 'fabrikam.example'].map((domain) => sitesOf(server.tenant(domain)));
      // Groups make their own.
      const paths = (of: typeof ours) => of?.all.filter(({ group }) => group === undefined).map(({ path }) => path);
      expect(paths(theirs)).toEqual(paths(ours));
      expect(paths(ours)).toEqual(['', 'sites/sales', 'sites/intranet', 'sites/sales/researchdevelopment']);
      const client = await signIn(server, server.tenant('contoso.example'));
      const sales = ours?.byPath('sites/sales');
      const { value: lists } = await allPages(client, `/sites/${sales?.id}/lists?$expand=columns`);
      const facets = new Set(lists.flatMap(({ columns }) => columns.flatMap(Object.keys)));
      for (const facet of ['text', 'choice', 'number', 'currency', 'dateTime', 'boolean', 'lookup', 'personOrGroup']) {
        expect(facets).toContain(facet);
      }
      for (const facet of ['hyperlinkOrPicture', 'calculated', 'term']) expect(facets).toContain(facet);
      for (const list of lists) {
        const { value } = await allPages(client, `/sites/${sales?.id}/lists/${list.id}/items?$expand=fields&$top=50`);
        expect(value.length).toBeGreaterThan(0);
      }
      const pages = `/sites/${sales?.id}/pages/microsoft.graph.sitePage?$expand=canvasLayout`;
      expect((await allPages(client, pages)).value.map(({ name }) => name)).toContain('Everything.aspx');
      const empty = new DirectSite(server, 'alice@fabrikam.example', 'sites/sales');
      expect([empty.pages(), empty.site.lists.size]).toEqual([[], 3]);
    } finally {
      await server.stop();
    }
    expect(server.failures).toEqual([]);
    expect(contract.faults).toEqual([]);
  });
});
