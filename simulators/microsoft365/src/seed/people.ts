import { type Inhabitants, localPartOf, type Person, peopleOf, type Random, type Size } from '@sterna/simulator-kit';
import type { Cloud } from '../cloud.ts';
import { type DirectoryUser, newApp, Tenant } from '../state/tenant.ts';

/** The migration tool's app registration, known to both tenants. */
export const MIGRATION_APP = {
  id: '5c0ffee0-0000-4000-a000-00000000c0de',
  secret: 'contoso~fabrikam.simulator.secret',
  /** Every application permission that anything here asks for. */
  permissions: [
    'User.Read.All',
    'Organization.Read.All',
    'Mail.ReadWrite',
    'MailboxSettings.ReadWrite',
    'MailboxFolder.ReadWrite.All',
    'MailboxItem.ImportExport.All',
    'MailboxItem.Read.All',
    'Mail-Advanced.ReadWrite.All',
    'Calendars.ReadWrite',
    'Contacts.ReadWrite',
    'Tasks.ReadWrite.All',
    'Files.ReadWrite.All',
    'Sites.ReadWrite.All',
    'Sites.Manage.All',
    'Sites.FullControl.All',
    'Group.ReadWrite.All',
    'Group-Conversation.ReadWrite.All',
    'User.Invite.All',
    'Team.Create',
    'TeamSettings.ReadWrite.All',
    'TeamMember.ReadWrite.All',
    'Channel.Create',
    'Channel.Delete.All',
    'ChannelSettings.ReadWrite.All',
    'ChannelMember.ReadWrite.All',
    'ChannelMessage.Read.All',
    'TeamsTab.ReadWrite.All',
    'Teamwork.Migrate.All',
  ],
} as const;

const PLACES = ['18/2111', '20/1101', '4/0017'];

/** The tenants, their people, and the app that both consented to. Addresses are the same name before the @ in both. */
export function seedPeople(cloud: Cloud, random: Random, size: Size, inhabitants: Inhabitants): void {
  const app = newApp(MIGRATION_APP.id, 'Migration', MIGRATION_APP.secret);
  cloud.apps.set(app.id, app);
  for (const [domain, name] of [
    ['contoso.example', 'Contoso'],
    ['fabrikam.example', 'Fabrikam'],
  ] as const) {
    const tenant = new Tenant(cloud.ids.guid(), domain, name);
    tenant.consents.set(app.id, new Set(MIGRATION_APP.permissions));
    for (const person of peopleOf(random, size, inhabitants[domain])) addUser(cloud, tenant, random, person);
    addUser(cloud, tenant, random, { given: 'Info', surname: null, title: null, purpose: 'shared' });
    addUser(cloud, tenant, random, { given: 'Room1', surname: null, title: null, purpose: 'room' });
    cloud.tenants.push(tenant);
  }
}

function addUser(
  cloud: Cloud,
  tenant: Tenant,
  random: Random,
  who: Pick<Person, 'given' | 'address' | 'amounts'> & {
    surname: string | null;
    title: string | null;
    purpose?: DirectoryUser['purpose'];
  },
): void {
  const address = who.address ?? `${localPartOf(who.given)}@${tenant.domain}`;
  const [, domain = tenant.domain] = address.toLowerCase().split('@');
  if (domain !== tenant.domain) tenant.otherDomains.add(domain);
  const purpose = who.purpose ?? 'user';
  const user: DirectoryUser = {
    id: cloud.ids.guid(),
    userPrincipalName: address,
    mail: address,
    displayName: who.surname === null ? who.given : `${who.given} ${who.surname}`,
    givenName: purpose === 'user' ? who.given : null,
    surname: who.surname,
    jobTitle: who.title,
    officeLocation: purpose === 'user' ? random.pick(PLACES) : null,
    preferredLanguage: purpose === 'user' ? random.pick(['en-US', 'de-DE', 'fr-FR']) : null,
    purpose,
    accountEnabled: purpose === 'user',
    hasMailbox: true,
    ...(who.amounts === undefined ? {} : { amounts: who.amounts }),
    createdAt: Date.UTC(2019, random.integer(0, 11), random.integer(1, 28)),
  };
  tenant.users.set(user.id, user);
}
