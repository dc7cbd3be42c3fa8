/** Where the vendor's behaviour isn't certain: what groups do; docs/connectors/microsoft365.md lists it. One for a tenant. */
export interface GroupsBehaviour {
  /** An app on its own may start, answer and delete conversations; the reference says “not supported”. */
  postsByApps: boolean;
  /** How long Teams doesn't know a new group, in milliseconds: 404 until then. */
  teamsAfterMs: number;
  /** How many listings of a group's people don't show yet who was added through Graph: the directory is behind by moments. */
  memberListsBehind: number;
}

export const DEFAULT_GROUPS_BEHAVIOUR: GroupsBehaviour = {
  postsByApps: false,
  teamsAfterMs: 0,
  memberListsBehind: 0,
};
