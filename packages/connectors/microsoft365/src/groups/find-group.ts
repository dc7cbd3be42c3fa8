import type { Connection } from '../connect.ts';
import { quoted, segment } from '../graph/client.ts';
import { statusOf } from '../graph/errors.ts';

/** https://learn.microsoft.com/en-us/graph/api/resources/group */
export interface GraphGroup {
  readonly id: string;
  readonly displayName?: string | null;
  readonly description?: string | null;
  readonly mail?: string | null;
  readonly mailNickname?: string | null;
  readonly visibility?: string | null;
  /** `Unified`: a Microsoft 365 group. */
  readonly groupTypes?: readonly string[];
  /** `Team`: it has one. */
  readonly resourceProvisioningOptions?: readonly string[];
  /** `WelcomeEmailDisabled`: new members get no mail. Set at creation alone. */
  readonly resourceBehaviorOptions?: readonly string[] | null;
  /** `SMTP:` before the primary address, `smtp:` before an alias; other systems' addresses among them (`SPO:`). */
  readonly proxyAddresses?: readonly string[] | null;
}

export const GROUP_RIGHTS = { read: 'Group.Read.All', write: 'Group.ReadWrite.All' } as const;
export const SELECTED = {
  $select:
    'id,displayName,description,mail,mailNickname,visibility,groupTypes,resourceProvisioningOptions,resourceBehaviorOptions,proxyAddresses',
} as const;

const VISIBILITIES = { Public: 'public', Private: 'private', HiddenMembership: 'hidden' } as const;
/** Who sees a group; undefined for a word that is none of Graph's. */
export const visibilityOf = ({ visibility }: Pick<GraphGroup, 'visibility'>) =>
  VISIBILITIES[visibility as keyof typeof VISIBILITIES] as 'public' | 'private' | 'hidden' | undefined;

/** Domains that Microsoft gives a tenant, and Exchange an address in them to every group: nobody has chosen it, nor can it move. */
const OF_MICROSOFT = /\.(?:onmicrosoft\.(?:com|us|de)|partner\.onmschina\.cn)$/;

/** By which addresses a group takes mail besides its primary one; in small letters. */
export const aliasesOf = ({ proxyAddresses }: Pick<GraphGroup, 'proxyAddresses'>): readonly string[] =>
  (proxyAddresses ?? [])
    .filter((one) => one.startsWith('smtp:'))
    .map((one) => one.slice('smtp:'.length).trim().toLowerCase())
    .filter((address) => !OF_MICROSOFT.test(address));

const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
export const isGroupId = (address: string): boolean => GUID.test(address);

export const isUnified = ({ groupTypes = [] }: GraphGroup): boolean => groupTypes.includes('Unified');
export const isTeam = ({ resourceProvisioningOptions }: GraphGroup): boolean =>
  resourceProvisioningOptions?.includes('Team') === true;

type Asking = Pick<Connection, 'client' | 'directory'>;

/** By its address or id. */
export async function groupAt(connection: Asking, address: string): Promise<GraphGroup | undefined> {
  if (!isGroupId(address)) return groupWith(connection, 'mail', address);
  try {
    const { body } = await connection.client.send<GraphGroup>({
      ...asking(connection),
      method: 'GET',
      path: `/groups/${segment(address)}`,
      query: SELECTED,
    });
    return body;
  } catch (thrown) {
    if (statusOf(thrown) !== 404) throw thrown;
    return undefined;
  }
}

export async function groupWith(
  connection: Asking,
  property: 'mail' | 'mailNickname',
  value: string,
): Promise<GraphGroup | undefined> {
  const query = { ...SELECTED, $filter: `${property} eq ${quoted(value)}` };
  const asked = asking(connection);
  const [group] = await connection.client.all<GraphGroup>({ ...asked, method: 'GET', path: '/groups', query });
  return group;
}

const asking = ({ directory }: Asking) =>
  ({ doing: 'looking the group up', right: GROUP_RIGHTS.read, budget: directory }) as const;
