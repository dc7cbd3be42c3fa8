import type { ItemType } from '@sterna/core';

/** Who belongs to a group, a team or a channel. */
export interface BlueprintMember {
  /** In the source; for `provision` in the target, as far as the mapping table says. */
  readonly address: string;
  /** What it is in the source, where the mapping table names them. */
  readonly mappedFrom?: string;
  readonly name?: string;
  readonly role: 'owner' | 'manager' | 'member';
  /** Somebody of another organization. */
  readonly isGuest?: true;
  /** A group within the group: no person. */
  readonly isGroup?: true;
}

export interface BlueprintChannel {
  readonly name: string;
  readonly kind: 'standard' | 'private' | 'shared';
  /** The one that every team has, whatever it is called. */
  readonly isDefault?: true;
  readonly description?: string;
  /** Of private and shared ones; a standard one has the members of its team. */
  readonly members: readonly BlueprintMember[];
}

export interface BlueprintSite {
  /**
   * `group`: it comes with a group; `channel`: with a private or shared channel; `below`: it is below another site;
   * `alone`: none of them, as a communication site is.
   */
  readonly comesWith: 'group' | 'channel' | 'below' | 'alone';
}

export interface BlueprintAccess {
  /** Whose words these are: `google`. */
  readonly system: string;
  readonly options: Readonly<Record<string, string>>;
  /** Who gets answers to the group's mail, where that is somebody of their own. */
  readonly answersTo?: string;
}

/** What an entry is in its source, without its contents: enough to make its like elsewhere. */
export interface Blueprint {
  readonly itemType: ItemType;
  readonly name: string;
  readonly description?: string;
  /** Of a group, and of what comes with one. `hidden`: who belongs to it is seen by its members alone. */
  readonly visibility?: 'public' | 'private' | 'hidden';
  /** Of a group: who may do what in it, as its own system calls that. Others go by `visibility`. */
  readonly access?: BlueprintAccess;
  /** Of the group itself. */
  readonly members: readonly BlueprintMember[];
  /** Of a team. */
  readonly channels: readonly BlueprintChannel[];
  /** Of a site. */
  readonly site?: BlueprintSite;
}

/** One thing that was looked for in the target. */
export interface ProvisionLine {
  /** In words: `channel Plans`, `member ann@new.example`. */
  readonly what: string;
  /** `missing`: it isn't there, and somebody else has to make it; `failed`: it could not be made. */
  readonly outcome: 'made' | 'found' | 'missing' | 'failed';
  /** Why it is missing or failed; for the others what is worth knowing. */
  readonly reason?: string;
  readonly fix?: string;
}
