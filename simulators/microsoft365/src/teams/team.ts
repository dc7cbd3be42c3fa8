import type { Group } from '../groups/group.ts';
import type { Channel } from './channel.ts';

export interface MemberSettings {
  allowCreateUpdateChannels: boolean;
  allowCreatePrivateChannels: boolean;
  allowDeleteChannels: boolean;
  allowAddRemoveApps: boolean;
  allowCreateUpdateRemoveTabs: boolean;
  allowCreateUpdateRemoveConnectors: boolean;
}

export interface GuestSettings {
  allowCreateUpdateChannels: boolean;
  allowDeleteChannels: boolean;
}

export interface MessagingSettings {
  allowUserEditMessages: boolean;
  allowUserDeleteMessages: boolean;
  allowOwnerDeleteMessages: boolean;
  allowTeamMentions: boolean;
  allowChannelMentions: boolean;
}

export interface FunSettings {
  allowGiphy: boolean;
  giphyContentRating: 'strict' | 'moderate';
  allowStickersAndMemes: boolean;
  allowCustomMemes: boolean;
}

/** What a group becomes when it gets channels; name, description, people and picture are the group's. */
export interface Team {
  /** The group's. */
  readonly id: string;
  readonly group: Group;
  readonly createdAt: number;
  isArchived: boolean;
  /** It was made in migration mode, and nobody may use it until that is over. The id of the app that made it. */
  migration: string | undefined;
  readonly memberSettings: MemberSettings;
  readonly guestSettings: GuestSettings;
  readonly messagingSettings: MessagingSettings;
  readonly funSettings: FunSettings;
  /** General first. */
  readonly channels: Map<string, Channel>;
  /** Names, in lower case, of channels that were deleted, and when. */
  readonly deletedNames: Map<string, number>;
  readonly operations: Map<string, Operation>;
}

export type OperationType =
  | 'createTeam'
  | 'archiveTeam'
  | 'unarchiveTeam'
  | 'createChannel'
  | 'archiveChannel'
  | 'unarchiveChannel';

/** Something that Teams does in the background. */
export interface Operation {
  readonly id: string;
  readonly type: OperationType;
  readonly createdAt: number;
  /** How often it is still told to be in progress. */
  pollsLeft: number;
  readonly targetId: string;
  readonly targetPath: string;
}

export function newSettings(): Pick<Team, 'memberSettings' | 'guestSettings' | 'messagingSettings' | 'funSettings'> {
  return {
    memberSettings: {
      allowCreateUpdateChannels: true,
      allowCreatePrivateChannels: true,
      allowDeleteChannels: true,
      allowAddRemoveApps: true,
      allowCreateUpdateRemoveTabs: true,
      allowCreateUpdateRemoveConnectors: true,
    },
    guestSettings: { allowCreateUpdateChannels: false, allowDeleteChannels: false },
    messagingSettings: {
      allowUserEditMessages: true,
      allowUserDeleteMessages: true,
      allowOwnerDeleteMessages: true,
      allowTeamMentions: true,
      allowChannelMentions: true,
    },
    funSettings: {
      allowGiphy: true,
      giphyContentRating: 'moderate',
      allowStickersAndMemes: true,
      allowCustomMemes: true,
    },
  };
}

export function generalOf(team: Team): Channel {
  return [...team.channels.values()].find(({ isGeneral }) => isGeneral) as Channel;
}
