import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { type Inhabitants, localPartOf, type Person, peopleOf, type Random, type Size } from '@sterna/simulator-kit';
import type { Cloud } from '../cloud.ts';
import { Domain, type Group, type GroupRole, type User } from '../state/domain.ts';
import type { KeyFile, OAuthClient, Project, ServiceAccount } from '../state/project.ts';
import { wholeScope } from '../token/scopes.ts';

/** Every scope that anything here asks for, as an administrator would delegate them to the migration's account. */
export const MIGRATION_SCOPES: readonly string[] = [
  'https://mail.google.com/',
  'gmail.settings.basic',
  'gmail.settings.sharing',
  'https://www.googleapis.com/auth/calendar',
  'contacts',
  'contacts.other.readonly',
  'directory.readonly',
  'tasks',
  'drive',
  'chat.admin.memberships',
  'chat.admin.spaces.readonly',
  'chat.import',
  'chat.messages.readonly',
  'admin.directory.user',
  'admin.directory.user.readonly',
  'admin.directory.group',
  'admin.directory.group.readonly',
  'apps.groups.settings',
  'apps.groups.migration',
  'admin.directory.domain.readonly',
].map(wholeScope);

/** The domains. People have the same names before the @ in both; alice is the administrator. */
const DOMAINS = [
  ['nordwind.example', 'Nordwind'],
  ['lamna.example', 'Lamna'],
] as const;

/** What of the cloud its clients sign in with. */
export interface Clients {
  readonly serviceAccount: ServiceAccount;
  readonly oauthClient: OAuthClient;
  /** The service account's key file, but for where the tokens are. */
  readonly keyFile: Omit<KeyFile, 'token_uri'>;
}

let keys: { readonly privateKey: string; readonly publicKey: string } | undefined;

/** One pair for the whole process: making it takes a moment, and what it opens is only ever a simulator. */
function keyPair() {
  keys ??= generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  return keys;
}

/** The domains, their people and groups, and the migration's service account, which all domains delegated to. */
export function seedPeople(cloud: Cloud, random: Random, size: Size, inhabitants: Inhabitants): Clients {
  const clients = makeClients(cloud);
  for (const [name, displayName] of DOMAINS) {
    const domain = new Domain(`C0${cloud.ids.hex(7)}`, name, displayName);
    domain.delegations.set(clients.serviceAccount.clientId, new Set(MIGRATION_SCOPES));
    const users = [...peopleOf(random, size, inhabitants[name])].map((person) =>
      addUser(cloud, domain, random, person),
    );
    addUser(cloud, domain, random, { given: 'Info', surname: domain.displayName });
    addGroup(cloud, domain, `everybody@${name}`, 'Everybody', users.slice(0, 10));
    addGroup(cloud, domain, `support@${name}`, 'Support', users.slice(7, 9));
    cloud.domains.push(domain);
  }
  return clients;
}

function makeClients(cloud: Cloud): Clients {
  const project: Project = { id: 'sterna-migration', number: '271828182845' };
  const { privateKey, publicKey } = keyPair();
  const keyId = cloud.ids.hex(40);
  const serviceAccount: ServiceAccount = {
    project,
    clientId: cloud.ids.digits(21),
    email: `migration@${project.id}.iam.gserviceaccount.com`,
    keys: new Map([[keyId, createPublicKey(publicKey)]]),
    disabled: false,
  };
  cloud.serviceAccounts.set(serviceAccount.email, serviceAccount);
  const id = `${project.number}-${cloud.ids.base32hex(32)}.apps.googleusercontent.com`;
  const oauthClient: OAuthClient = { project, id, secret: `GOCSPX-${cloud.ids.token(28)}` };
  cloud.oauthClients.set(id, oauthClient);
  const keyFile = {
    type: 'service_account',
    project_id: project.id,
    private_key_id: keyId,
    private_key: privateKey,
    client_email: serviceAccount.email,
    client_id: serviceAccount.clientId,
    auth_uri: 'https://accounts.google.com/o/oauth2/auth',
  } as const;
  return { serviceAccount, oauthClient, keyFile };
}

function addUser(
  cloud: Cloud,
  domain: Domain,
  random: Random,
  person: Omit<Person, 'title'> & { readonly title?: string },
): User {
  const { given: givenName, surname: familyName, title: jobTitle, amounts } = person;
  const localPart = localPartOf(givenName);
  const user: User = {
    id: cloud.ids.digits(21),
    primaryEmail: person.address ?? `${localPart}@${domain.name}`,
    aliases: random.integer(1, 4) === 1 ? [`${localPart}.${localPartOf(familyName)}@${domain.name}`] : [],
    givenName,
    familyName,
    jobTitle,
    suspended: false,
    isAdmin: domain.users.size === 0,
    ...(amounts === undefined ? {} : { amounts }),
    hasMailbox: true,
    orgUnitPath: '/',
    createdAt: Date.UTC(2019, random.integer(0, 11), random.integer(1, 28)),
  };
  domain.users.set(user.id, user);
  domain.take(user.primaryEmail);
  return user;
}

/** The first one owns it, the second one manages it. */
export function addGroup(cloud: Cloud, domain: Domain, email: string, name: string, users: readonly User[]): Group {
  const role = (at: number): GroupRole => (at === 0 ? 'OWNER' : at === 1 ? 'MANAGER' : 'MEMBER');
  const group: Group = {
    id: `0${cloud.ids.base32hex(14)}`,
    email,
    name,
    description: '',
    aliases: [],
    members: users.map(({ id, primaryEmail }, at) => ({ id, email: primaryEmail, role: role(at), type: 'USER' })),
  };
  domain.groups.set(group.id, group);
  return group;
}
