/** What a channel is, apart from what is said in it: the `definition` of its container. */
export interface ChannelDefinition {
  /** `standard`: of the whole team. The others have members of their own. */
  readonly membership: 'standard' | 'private' | 'shared';
  /** When it was made: nothing in it is older. ISO 8601, UTC. */
  readonly created?: string;
}
