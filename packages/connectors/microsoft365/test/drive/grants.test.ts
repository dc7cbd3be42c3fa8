import type { Grant } from '@sterna/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { changesTo, grantsOf } from '../../src/drive/grants.ts';
import type { Permission } from '../../src/drive/permission.ts';

const DOMAIN = 'contoso.example';

const person = (id: string, email: string, ...roles: string[]): Permission => ({
  id,
  roles,
  grantedToV2: { user: { id, email, displayName: email } },
});

describe('rights of OneDrive as grants', () => {
  test('people, groups, links; not the owner’s, not those of folders above', () => {
    expect(
      grantsOf(
        [
          person('1', 'alice@contoso.example', 'owner'),
          person('2', 'bob@contoso.example', 'write'),
          { ...person('3', 'eve@contoso.example', 'read'), inheritedFrom: { id: 'parent' } },
          {
            id: '4',
            roles: ['read'],
            grantedToV2: { group: { displayName: 'Sales', email: 'sales@contoso.example' } },
          },
          {
            id: '5',
            roles: ['read'],
            grantedToV2: { siteUser: { loginName: 'i:0#.f|membership|kim@contoso.example' } },
          },
          {
            id: '6',
            roles: ['read'],
            link: { type: 'view', scope: 'anonymous' },
            expirationDateTime: '2027-01-01T00:00:00Z',
          },
          { id: '7', roles: ['write'], link: { type: 'edit', scope: 'organization' }, hasPassword: false },
          {
            id: '8',
            roles: ['write'],
            link: { type: 'edit', scope: 'users' },
            grantedToIdentitiesV2: [{ user: { email: 'kim@contoso.example' } }],
          },
        ],
        DOMAIN,
      ),
    ).toEqual([
      { type: 'anyone', principal: '', role: 'reader', link: { expires: '2027-01-01T00:00:00Z' } },
      { type: 'domain', principal: DOMAIN, role: 'writer', link: {} },
      { type: 'group', principal: 'sales@contoso.example', role: 'reader' },
      { type: 'user', principal: 'bob@contoso.example', role: 'writer' },
      { type: 'user', principal: 'kim@contoso.example', role: 'writer' },
    ]);
  });

  const grants = fc.uniqueArray(
    fc.record({
      type: fc.constant('user' as const),
      principal: fc.constantFrom('a@x.example', 'B@x.example', 'c@x.example', 'd@x.example'),
      role: fc.constantFrom('reader' as const, 'writer' as const),
    }),
    { selector: (one) => one.principal },
  );

  test('changes lead from any rights to any others, and nowhere when they are there', () => {
    fc.assert(
      fc.property(grants, grants, (before, after) => {
        let serial = 0;
        let now: Permission[] = before.map((one) =>
          person(`p${++serial}`, one.principal.toLowerCase(), one.role === 'writer' ? 'write' : 'read'),
        );
        const { invite, change, remove } = changesTo(after, now, DOMAIN);
        now = now
          .filter(({ id }) => !remove.includes(id))
          .map((one) => ({
            ...one,
            roles: [change.find(({ id }) => id === one.id)?.role ?? (one.roles?.[0] as string)],
          }));
        for (const { email, role } of invite) now.push(person(`p${++serial}`, email, role));
        const sorted = (list: readonly Grant[]) =>
          list.map(({ principal, role }) => `${principal.toLowerCase()} ${role}`).sort();
        expect(sorted(grantsOf(now, DOMAIN))).toEqual(sorted(after));
        expect(changesTo(after, now, DOMAIN)).toMatchObject({ invite: [], change: [], remove: [], link: [] });
      }),
    );
  });

  test('a link with a password is not made without it, and one for another organization not at all', () => {
    const wanted: Grant[] = [
      { type: 'anyone', principal: '', role: 'reader', link: { hasPassword: true } },
      { type: 'domain', principal: 'fabrikam.example', role: 'reader', link: {} },
      { type: 'user', principal: 'bob@contoso.example', role: 'owner' },
    ];
    const { link, invite, notes } = changesTo(wanted, [], DOMAIN);
    expect(link).toEqual([]);
    expect(invite).toEqual([{ email: 'bob@contoso.example', role: 'write' }]);
    expect(notes.map(({ code }) => code)).toEqual(['link-with-password', 'domain-not-here', 'owner-as-writer']);
  });

  test('a right that ends is read and given with its end; another end is given anew; one that has ended is told', () => {
    const now = Date.parse('2027-01-01T00:00:00Z');
    const end = '2027-03-01T00:00:00Z';
    const there = { ...person('1', 'bob@contoso.example', 'read'), expirationDateTime: end };
    const endless = { ...person('2', 'eve@contoso.example', 'read'), expirationDateTime: '0001-01-01T00:00:00Z' };
    const [bob, eve] = grantsOf([there, endless], DOMAIN) as [Grant, Grant];
    expect(bob).toEqual({ type: 'user', principal: 'bob@contoso.example', role: 'reader', expires: end });
    expect(eve).toEqual({ type: 'user', principal: 'eve@contoso.example', role: 'reader' });
    const invited = [{ email: 'bob@contoso.example', role: 'read', expires: end }];
    expect(changesTo([bob], [], DOMAIN, now)).toMatchObject({ invite: invited, notes: [] });
    expect(changesTo([bob], [there], DOMAIN, now)).toMatchObject({ invite: [], remove: [] });
    const other = { ...there, expirationDateTime: '2027-02-01T00:00:00Z' };
    expect(changesTo([bob], [other], DOMAIN, now)).toMatchObject({ invite: invited, remove: ['1'] });
    const late = changesTo([bob], [there], DOMAIN, Date.parse(end));
    expect(late).toMatchObject({ invite: [], remove: ['1'], notes: [{ code: 'right-with-end' }] });
  });
});
