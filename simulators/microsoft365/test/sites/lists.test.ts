import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DOCUMENTED_LIMITS } from '../../src/index.ts';
import { openSiteLab, type SiteLab } from './support.ts';

let lab: SiteLab;
beforeEach(async () => {
  lab = await openSiteLab();
});
afterEach(() => lab.stop());

const COLUMNS = [
  { name: 'Line', displayName: 'Line', text: {} },
  { name: 'Note', displayName: 'Note', text: { allowMultipleLines: true } },
  { name: 'Amount', displayName: 'Amount', number: { minimum: 0 } },
  { name: 'Price', displayName: 'Price', currency: { locale: 'de-ch' } },
  { name: 'Done', displayName: 'Done', boolean: {} },
  { name: 'Day', displayName: 'Day', dateTime: { format: 'dateOnly' } },
  { name: 'Kind', displayName: 'Kind', choice: { choices: ['A', 'B'] } },
  { name: 'Tags', displayName: 'Tags', choice: { choices: ['x', 'y'], displayAs: 'checkBoxes' } },
  { name: 'Who', displayName: 'Who', personOrGroup: {} },
  { name: 'Crew', displayName: 'Crew', personOrGroup: { allowMultipleSelection: true } },
  { name: 'Link', displayName: 'Link', hyperlinkOrPicture: {} },
  { name: 'Twice', displayName: 'Twice', calculated: { formula: '=[Amount]*2', outputType: 'number' } },
  { name: 'Topic', displayName: 'Topic', term: {} },
];

describe('A list', () => {
  it('is made with its columns, found by either name, and its name is taken then', async () => {
    const { client, at } = lab;
    const path = await lab.makeList('Risks', COLUMNS);
    const byName = (await client('GET', `${at}/lists/risks?$expand=columns`)).json;
    expect(path.endsWith(byName.id)).toBe(true);
    const own = byName.columns.filter(({ columnGroup }: { columnGroup: string }) => columnGroup === 'Custom Columns');
    expect(own.map(({ name }: { name: string }) => name)).toEqual(COLUMNS.map(({ name }) => name));
    expect(own.at(-2)).toMatchObject({ readOnly: true, calculated: { formula: '=[Amount]*2' } });
    const again = await client('POST', `${at}/lists`, { displayName: 'Risks', list: { template: 'genericList' } });
    expect([again.status, again.json.error.code]).toEqual([409, 'nameAlreadyExists']);
  });

  it('hides those of the system unless they are asked for', async () => {
    const { client, at } = lab;
    const names = async (query: string) =>
      (await client('GET', `${at}/lists${query}`)).json.value.map(({ name }: { name: string }) => name);
    expect(await names('')).toEqual(['Shared Documents', 'SitePages']);
    expect(await names('?$select=name,system')).toContain('users');
  });

  it('is changed and removed; a library goes with its drive', async () => {
    const { client, at, site } = lab;
    const path = await lab.makeList('Old');
    expect((await client('PATCH', path, { displayName: 'New', description: 'Since today' })).json.displayName).toBe(
      'New',
    );
    expect((await client('DELETE', path)).status).toBe(204);
    expect((await client('GET', path)).status).toBe(404);
    const library = { displayName: 'Archive', list: { template: 'documentLibrary' } };
    const made = (await client('POST', `${at}/lists`, library)).json;
    expect(site.libraries).toHaveLength(2);
    const drive = (await client('GET', `${at}/lists/${made.id}/drive`)).json;
    expect((await client('DELETE', `${at}/lists/${made.id}`)).status).toBe(204);
    expect((await client('GET', `/drives/${drive.id}`)).status).toBe(404);
  });

  it('takes each kind of column alone, one at a time, and none twice', async () => {
    const { client } = lab;
    const path = await lab.makeList('Columns');
    for (const column of COLUMNS) expect((await client('POST', `${path}/columns`, column)).status).toBe(201);
    expect((await client('POST', `${path}/columns`, COLUMNS[0])).status).toBe(400);
    expect((await client('POST', `${path}/columns`, { name: 'Two', text: {}, number: {} })).status).toBe(400);
    const lookup = { name: 'Other', displayName: 'Other', lookup: { listId: 'gone', columnName: 'Title' } };
    expect((await client('POST', `${path}/columns`, lookup)).status).toBe(400);
    const encoded = (await client('POST', `${path}/columns`, { name: 'Due date', displayName: 'Due date', text: {} }))
      .json;
    expect(encoded.name).toBe('Due_x0020_date');
    const changed = await client('PATCH', `${path}/columns/${encoded.id}`, { displayName: 'Due', required: true });
    expect(changed.json).toMatchObject({ displayName: 'Due', required: true, name: 'Due_x0020_date' });
    expect((await client('DELETE', `${path}/columns/${encoded.id}`)).status).toBe(204);
  });

  it('uses content types of its site', async () => {
    const { client, at } = lab;
    const path = await lab.makeList('Typed');
    const column = (await client('POST', `${at}/columns`, { name: 'Due', displayName: 'Due', dateTime: {} })).json;
    const type = (
      await client('POST', `${at}/contentTypes`, { name: 'Task of ours', base: { id: '0x01', name: 'Item' } })
    ).json;
    const bound = { 'sourceColumn@odata.bind': `${lab.server.baseUrl}/v1.0${at}/columns/${column.id}` };
    expect((await client('POST', `${at}/contentTypes/${type.id}/columns`, bound)).status).toBe(201);
    const copy = await client('POST', `${path}/contentTypes/addCopy`, { contentType: `${at}/contentTypes/${type.id}` });
    expect([copy.status, copy.json.parentId]).toEqual([201, type.id]);
    const columns = (await client('GET', `${path}/columns`)).json.value;
    expect(columns.map(({ name }: { name: string }) => name)).toContain('Due');
    const item = await client('POST', `${path}/items`, { contentType: { id: copy.json.id }, fields: { Title: 'One' } });
    expect(item.json.contentType).toEqual({ id: copy.json.id, name: 'Task of ours' });
    lab.allow(/contentType has no such property/);
  });
});

describe('An item', () => {
  it('holds each kind of value, by number where it points to people and rows', async () => {
    const { client, alice } = lab;
    const path = await lab.makeList('Risks', COLUMNS);
    const [bjorn, chloe] = ['bjorn@contoso.example', 'chloe@contoso.example'].map((who) => alice.visit(who));
    const fields = {
      Title: 'Fire',
      Line: 'one',
      Note: 'one\ntwo',
      Amount: 4,
      Price: 9.95,
      Done: true,
      Day: '2026-03-01T00:00:00Z',
      Kind: 'A',
      'Tags@odata.type': 'Collection(Edm.String)',
      Tags: ['x', 'y'],
      WhoLookupId: `${bjorn}`,
      'CrewLookupId@odata.type': 'Collection(Edm.Int32)',
      CrewLookupId: [bjorn, chloe],
    };
    const made = await client('POST', `${path}/items`, { fields });
    expect(made.status).toBe(201);
    const told = (await client('GET', `${path}/items/${made.json.id}?$expand=fields`)).json.fields;
    expect(told).toMatchObject({
      Title: 'Fire',
      Note: 'one\ntwo',
      Amount: 4,
      Price: 9.95,
      Done: true,
      Day: '2026-03-01T00:00:00Z',
      Tags: ['x', 'y'],
      WhoLookupId: `${bjorn}`,
      Twice: 8,
    });
    expect(told.Crew.map(({ LookupValue }: { LookupValue: string }) => LookupValue)).toEqual([
      'Björn Øygård',
      'Chloé Lefèvre',
    ]);
    // The text of a single one comes only to those who name it.
    expect(told.Who).toBeUndefined();
    const named = (await client('GET', `${path}/items/1?$expand=fields($select=Who)`)).json.fields;
    expect(named.Who).toBe('Björn Øygård');
    // Empty columns are told by their absence.
    expect('Line' in (await client('PATCH', `${path}/items/1/fields`, { Line: null })).json).toBe(false);
  });

  it.each([
    ['a column that is not there', { Nothing: 1 }, 400],
    ['a calculated one', { Twice: 3 }, 400],
    ['who made it', { AuthorLookupId: '7' }, 400],
    ['when it was made', { Created: '2020-01-01T00:00:00Z' }, 400],
    ['a number below the least', { Amount: -1 }, 400],
    ['a text where a number belongs', { Amount: '1' }, 400],
    ['a choice that is not offered', { Kind: 'C' }, 400],
    ['a line that is too long', { Line: 'x'.repeat(256) }, 400],
    ['a person whom the site does not know', { WhoLookupId: '999' }, 400],
    ['a number where the number is wanted as text', { WhoLookupId: 6 }, 500],
    ['a list without its type', { Tags: ['x'] }, 500],
    ['a hyperlink', { Link: { Url: 'https://a.example/', Description: 'A' } }, 500],
    ['a term as itself', { Topic: { Label: 'L', TermGuid: '1a2b3c4d-0001-4000-a000-000000000001', WssId: -1 } }, 500],
  ])('refuses %s', async (_what, fields, status) => {
    const path = await lab.makeList('Risks', COLUMNS);
    const refused = await lab.client('POST', `${path}/items`, { fields });
    expect(refused.status).toBe(status);
    expect((await lab.client('GET', `${path}/items`)).json.value).toEqual([]);
  });

  it('takes a term through the hidden column beside it', async () => {
    const { client } = lab;
    const path = await lab.makeList('Risks', COLUMNS);
    const { value } = (await client('GET', `${path}/columns`)).json;
    const note = value.find(({ displayName }: { displayName: string }) => displayName === 'Topic_0').name;
    const fields = { [note]: 'Fire|1a2b3c4d-0001-4000-a000-000000000001' };
    expect((await client('POST', `${path}/items`, { fields })).json.fields.Topic).toEqual({
      Label: 'Fire',
      TermGuid: '1a2b3c4d-0001-4000-a000-000000000001',
      WssId: 1,
    });
  });

  it('looks up rows of another list', async () => {
    const { client } = lab;
    const customers = await lab.makeList('Customers');
    await client('POST', `${customers}/items`, { fields: { Title: 'ACME' } });
    const listId = customers.split('/').at(-1);
    const path = await lab.makeList('Orders', [
      { name: 'Customer', displayName: 'Customer', lookup: { listId, columnName: 'Title' } },
    ]);
    const made = await client('POST', `${path}/items`, { fields: { Title: 'One', CustomerLookupId: '1' } });
    expect(made.json.fields.CustomerLookupId).toBe('1');
    const prefer = { prefer: 'HonorNonIndexedQueriesWarningMayFailRandomly' };
    const found = await client('GET', `${path}/items?$filter=fields/CustomerLookupId eq '1'`, undefined, prefer);
    expect(found.json.value).toHaveLength(1);
  });

  it('changes by its version, keeps the earlier ones, and is gone when it is removed', async () => {
    const { client } = lab;
    const path = await lab.makeList('Notes');
    const { json } = await client('POST', `${path}/items`, { fields: { Title: 'First' } });
    const tag = { 'if-match': json['@odata.etag'] };
    expect((await client('PATCH', `${path}/items/1/fields`, { Title: 'Second' }, tag)).status).toBe(200);
    const stale = await client('PATCH', `${path}/items/1/fields`, { Title: 'Third' }, tag);
    expect([stale.status, stale.json.error.code]).toEqual([412, 'resourceModified']);
    const { value } = (await client('GET', `${path}/items/1/versions?$expand=fields`)).json;
    expect(value.map(({ id, fields }: { id: string; fields: { Title: string } }) => [id, fields.Title])).toEqual([
      ['2.0', 'Second'],
      ['1.0', 'First'],
    ]);
    expect((await client('POST', `${path}/items/1/versions/1.0/restoreVersion`)).status).toBe(204);
    expect((await client('GET', `${path}/items/1/fields`)).json.Title).toBe('First');
    expect((await client('DELETE', `${path}/items/1`, undefined, tag)).status).toBe(412);
    expect((await client('DELETE', `${path}/items/1`)).status).toBe(204);
    expect((await client('GET', `${path}/items/1`)).status).toBe(404);
    // A number isn't given twice.
    expect((await client('POST', `${path}/items`, { fields: { Title: 'Next' } })).json.id).toBe('2');
  });

  it('shows in delta when it is new, changed and gone', async () => {
    const { client } = lab;
    const path = await lab.makeList('Notes');
    for (const title of ['A', 'B']) await client('POST', `${path}/items`, { fields: { Title: title } });
    const first = (await client('GET', `${path}/items/delta?$expand=fields`)).json;
    expect(first.value.map(({ fields }: { fields: { Title: string } }) => fields.Title)).toEqual(['A', 'B']);
    await client('PATCH', `${path}/items/1/fields`, { Title: 'A2' });
    await client('DELETE', `${path}/items/2`);
    const second = (await client('GET', first['@odata.deltaLink'])).json;
    expect(second.value).toMatchObject([
      { id: '1', fields: { Title: 'A2' } },
      { id: '2', deleted: { state: 'deleted' } },
    ]);
    lab.server.faults.deltaTokensInvalidBefore = lab.clock.now() + 1;
    const gone = await client('GET', second['@odata.deltaLink']);
    expect([gone.status, gone.json.error.code]).toEqual([410, 'resyncRequired']);
  });

  it('of a list over the threshold is not found by a column without an index', async () => {
    const { client, site } = lab;
    const path = await lab.makeList('Many', [{ name: 'Code', displayName: 'Code', text: {}, indexed: true }]);
    for (const n of [1, 2, 3]) await client('POST', `${path}/items`, { fields: { Title: `T${n}`, Code: `C${n}` } });
    site.behaviour.listViewThreshold = 2;
    const prefer = { prefer: 'HonorNonIndexedQueriesWarningMayFailRandomly' };
    expect((await client('GET', `${path}/items?$filter=fields/Title eq 'T1'`)).status).toBe(400);
    expect((await client('GET', `${path}/items?$filter=fields/Title eq 'T1'`, undefined, prefer)).status).toBe(429);
    expect((await client('GET', `${path}/items?$filter=fields/Code eq 'C1'`)).json.value).toHaveLength(1);
    expect((await client('GET', `${path}/items?$expand=fields&$top=2`)).json.value).toHaveLength(2);
  });

  it('tells no more than a dozen columns of people and lookups in a listing', async () => {
    const { client, alice } = lab;
    const names = Array.from({ length: 13 }, (_, n) => `P${n + 1}`);
    const path = await lab.makeList(
      'Wide',
      names.map((name) => ({ name, displayName: name, personOrGroup: {} })),
    );
    const number = `${alice.visit('chloe@contoso.example')}`;
    const fields = Object.fromEntries(names.map((name) => [`${name}LookupId`, number]));
    await client('POST', `${path}/items`, { fields });
    const [listed] = (await client('GET', `${path}/items?$expand=fields`)).json.value;
    expect(listed.fields.P12LookupId).toBe(number);
    expect(listed.fields.P13LookupId).toBeUndefined();
    expect((await client('GET', `${path}/items/1?$expand=fields`)).json.fields.P13LookupId).toBe(number);
  });

  it('names people by the site’s own list of them', async () => {
    const { client, at, alice } = lab;
    const number = alice.visit('chloe@contoso.example');
    const { value } = (await client('GET', `${at}/lists/User Information List/items?$expand=fields`)).json;
    const chloe = value.find(({ id }: { id: string }) => id === `${number}`);
    expect(chloe.fields).toMatchObject({ EMail: 'chloe@contoso.example', Title: 'Chloé Lefèvre' });
  });
});

describe('The limits', () => {
  it('are those of drives: resource units per minute', async () => {
    const strict = await openSiteLab({ limits: { ...DOCUMENTED_LIMITS, drive: { perMinute: 4, perDay: 1000 } } });
    try {
      expect((await strict.client('GET', `${strict.at}/lists`)).status).toBe(200);
      expect((await strict.client('GET', `${strict.at}/lists`)).status).toBe(200);
      const over = await strict.client('GET', `${strict.at}/lists`);
      expect([over.status, over.json.error.code]).toEqual([429, 'activityLimitReached']);
    } finally {
      await strict.stop();
    }
  });
});
