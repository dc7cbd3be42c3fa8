export type GoldenKind =
  | 'message'
  | 'event'
  | 'contact'
  | 'task'
  | 'folder'
  | 'file'
  | 'setting'
  | 'member'
  | 'channel'
  | 'tab'
  | 'post'
  | 'conversation'
  | 'list'
  | 'item'
  | 'page';

/**
 * Who or what has objects: a person with mailbox and drive, a site by its URL, a group by its address, a team by its group’s
 * address or by what its spaces are called.
 */
export interface Holder {
  readonly type: 'person' | 'site' | 'group' | 'team';
  readonly address: string;
}

/** Of a mailbox, what can be moved and compared by itself. */
export const MAILBOX_KINDS: readonly string[] = ['message', 'event', 'contact', 'task', 'setting'];

/**
 * One object of a person, as a vendor's API tells it, in terms that both vendors share. What is compared is text: lists are
 * sorted and joined, moments are UTC to the second, contents are SHA-256.
 */
export interface GoldenObject {
  readonly kind: GoldenKind;
  /** The vendor's id, which the books name. */
  readonly id: string;
  /** What stays the same wherever it is: Message-ID, iCalUID, path, … Not always unique. */
  readonly key: string;
  /** What a person calls it. */
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
  /** What this vendor's API tells and others have no word for: compared where the copy is in a system of the same vendor. */
  readonly native?: Readonly<Record<string, string>>;
}

/** Who has what, in one system. */
export interface Organization {
  /** In the same order in each system. */
  readonly holders: readonly Holder[];
  /** Addresses of all in the directory, movers or not: rights name them too. */
  readonly everybody: readonly string[];
  /** Everything that one has, by the vendor's API alone. */
  read(holder: Holder): Promise<readonly GoldenObject[]>;
}
