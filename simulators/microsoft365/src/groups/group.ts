/** A group of the directory: a Microsoft 365 group (`groupTypes` has `Unified`) or a security group. */
export interface Group {
  readonly id: string;
  displayName: string;
  description: string | null;
  mailNickname: string;
  /** Address; null for a security group without mail. */
  mail: string | null;
  readonly mailEnabled: boolean;
  securityEnabled: boolean;
  readonly groupTypes: readonly string[];
  visibility: Visibility | null;
  /** `SMTP:` before the primary address, `smtp:` before an alias. */
  proxyAddresses: readonly string[];
  readonly resourceBehaviorOptions: readonly string[];
  /** `Team` once the group has one. */
  resourceProvisioningOptions: readonly string[];
  classification: string | null;
  preferredLanguage: string | null;
  theme: string | null;
  readonly createdAt: number;
  /** Ids of directory objects. Owners aren't members unless they are here too. */
  readonly members: Set<string>;
  readonly owners: Set<string>;
  photo: Photo | undefined;
  /** What is told only when it is selected. */
  readonly mailbox: MailboxOptions;
}

export const VISIBILITIES = ['Public', 'Private', 'HiddenMembership'] as const;
export type Visibility = (typeof VISIBILITIES)[number];

export interface Photo {
  readonly type: string;
  readonly width: number;
  readonly height: number;
  readonly bytes: Buffer;
}

/** How the group's mailbox behaves; Exchange keeps it, not the directory. */
export interface MailboxOptions {
  allowExternalSenders: boolean;
  autoSubscribeNewMembers: boolean;
  hideFromAddressLists: boolean;
  hideFromOutlookClients: boolean;
}

export function isUnified(group: Group): boolean {
  return group.groupTypes.includes('Unified');
}
