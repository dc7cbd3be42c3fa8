/** Where the vendor's behaviour isn't certain: what teams do; docs/connectors/microsoft365.md lists it. One for a tenant. */
export interface TeamsBehaviour {
  /** How often an operation is looked at before it has succeeded. */
  operationPolls: number;
  /** Status of a new channel in migration mode: the newer pages have 201 with the channel, the older 202 with an operation. */
  migrationChannelStatus: 201 | 202;
  /** startMigration by the app that has the channel in migration mode already: 204, or 400. */
  startMigrationTwice: 'accepted' | 'refused';
  /** An imported message is read at once; otherwise only after completeMigration. The page: some aren't visible until then. */
  importedVisibleAtOnce: boolean;
  /** Mentions of an imported message are kept; otherwise dropped without a word. Older pages have them out of scope. */
  importKeepsMentions: boolean;
  /** Reactions of an imported message are kept. No page says so. */
  importKeepsReactions: boolean;
  /** Channels that are there can be put in migration mode at all: of the clouds, the public one alone has it. */
  hasMigrationMode: boolean;
  /** Private and shared channels can be put in migration mode. Older pages: standard ones alone. */
  migratesEveryChannel: boolean;
  /** A message with a file has to name it in its text: `<attachment id="…">`. */
  attachmentsInText: boolean;
  /** Bytes of a message's text, as UTF-8. */
  largestText: number;
  /** How far back a first round of delta reaches, in milliseconds: eight months. */
  deltaWindowMs: number;
  /** A new reply or reaction is a change of the message that it belongs to. */
  repliesTouchParents: boolean;
  /** How long the name of a deleted channel can't be used again, in milliseconds; people report that it is for good. */
  namesReservedMs: number;
}

export const DEFAULT_TEAMS_BEHAVIOUR: TeamsBehaviour = {
  operationPolls: 1,
  migrationChannelStatus: 201,
  startMigrationTwice: 'refused',
  importedVisibleAtOnce: true,
  importKeepsMentions: true,
  importKeepsReactions: false,
  hasMigrationMode: true,
  migratesEveryChannel: true,
  attachmentsInText: true,
  largestText: 28 * 1024,
  deltaWindowMs: 243 * 86_400_000,
  repliesTouchParents: true,
  namesReservedMs: 30 * 86_400_000,
};
