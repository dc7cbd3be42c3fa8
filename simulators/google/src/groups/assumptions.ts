/** Where the Groups APIs' behaviour isn't certain, what the simulator does. */
export interface GroupsAssumptions {
  /** Groups Settings answers in Atom where `alt=json` isn't asked for. */
  readonly groupSettingsAreAtom: boolean;
  /** A message whose Message-ID the archive has already is taken, and not kept once more. */
  readonly groupArchiveCollapses: boolean;
  /** A group that keeps no conversations (`isArchived`) refuses a message, or takes it and forgets it. */
  readonly groupWithoutArchive: 'refuse' | 'forget';
  /** A sender of the group's own domain whom the domain doesn't have is refused. */
  readonly groupArchiveChecksSender: boolean;
  /** Somebody from elsewhere may be added, whatever the group's `allowExternalMembers` says. */
  readonly groupTakesStrangers: boolean;
}

export const GROUPS_ASSUMPTIONS: GroupsAssumptions = {
  groupSettingsAreAtom: true,
  groupArchiveCollapses: false,
  groupWithoutArchive: 'refuse',
  groupArchiveChecksSender: true,
  groupTakesStrangers: false,
};
