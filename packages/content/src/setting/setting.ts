import type { Person } from '../person.ts';

/**
 * Settings of mailboxes, groups and teams in no system's own terms. One object is one setting: a rule, a category, the automatic reply. As bytes
 * it is JSON with sorted names (`write-setting.ts`), so that people can read a backup of it.
 *
 * Texts are as people wrote them; instants are ISO 8601 in UTC, zones are IANA's, languages BCP 47, colors `#RRGGBB`.
 */
export type Setting =
  | Rule
  | Category
  | AutomaticReply
  | Signature
  | Forwarding
  | MailDelegate
  | Regional
  | WorkingHours
  | MeetingMessages
  | CalendarSharing
  | GroupSetting
  | GroupAccess
  | GroupAlias
  | GroupPicture
  | ChannelTab
  | TeamSetting;
export type SettingType = Setting['type'];

/** A mail folder or calendar: names from the root as a reader's containers have them, and its role where it has one. */
export interface FolderPlace {
  readonly path: readonly string[];
  readonly role?: string;
}

export type Importance = 'low' | 'normal' | 'high';

/** All that are given must hold, as exceptions any of them; of the values of one, any. */
export interface RuleConditions {
  readonly from?: readonly Person[];
  readonly to?: readonly Person[];
  readonly fromContains?: readonly string[];
  /** Of To and Cc. */
  readonly recipientContains?: readonly string[];
  readonly subjectContains?: readonly string[];
  readonly bodyContains?: readonly string[];
  readonly subjectOrBodyContains?: readonly string[];
  readonly headerContains?: readonly string[];
  /** Mailing lists, by address or List-ID. */
  readonly list?: readonly string[];
  readonly categories?: readonly string[];
  /** Where the owner of the mailbox is among the recipients. */
  readonly addressed?: readonly ('to' | 'only-to' | 'cc' | 'to-or-cc' | 'not-to')[];
  readonly hasAttachments?: boolean;
  readonly importance?: Importance;
  readonly sensitivity?: 'normal' | 'personal' | 'private' | 'confidential';
  /** Bytes. */
  readonly size?: { readonly atLeast?: number; readonly atMost?: number };
  /** What a message asks for: `follow-up`, `reply`. */
  readonly flaggedFor?: string;
  /** What a message is: `meeting-request`, `automatic-reply`, `encrypted`. All of them. */
  readonly is?: readonly string[];
  /** An expression of Gmail’s own search that no other word here stands for. */
  readonly search?: string;
}

export interface RuleActions {
  readonly moveTo?: FolderPlace;
  readonly copyTo?: FolderPlace;
  readonly delete?: 'trash' | 'forever';
  readonly markRead?: boolean;
  readonly importance?: Importance;
  readonly categories?: readonly string[];
  readonly forwardTo?: readonly Person[];
  readonly forwardAsAttachmentTo?: readonly Person[];
  readonly redirectTo?: readonly Person[];
  /** No later rule is looked at. */
  readonly stop?: boolean;
  readonly flag?: boolean;
  /** What the system itself never makes of it. */
  readonly keepOutOf?: readonly ('important' | 'junk')[];
  /** Of Gmail’s tabs: `social`. */
  readonly tab?: string;
}

export interface Rule {
  readonly type: 'rule';
  readonly name: string;
  /** Of rules of one name: 2 for the second. */
  readonly nth?: number;
  /** Its place among the rules of its mailbox, from 1. Kept when it is made; of no meaning beside other rules. */
  readonly order: number;
  readonly enabled: boolean;
  readonly conditions: RuleConditions;
  readonly exceptions: RuleConditions;
  readonly actions: RuleActions;
  /** `words`: texts of its conditions are whole words, and not any part of a text. */
  readonly texts?: 'words';
  /** What only its own system can say. Not migrated elsewhere, and told. */
  readonly native?: { readonly system: string; readonly names: readonly string[] };
}

export interface Category {
  readonly type: 'category';
  readonly name: string;
  /** Absent: none was chosen. */
  readonly color?: string;
}

export interface AutomaticReply {
  readonly type: 'automatic-reply';
  readonly status: 'off' | 'on' | 'scheduled';
  /** Who outside of the organization gets one. */
  readonly outside: 'nobody' | 'contacts' | 'everybody';
  /** HTML. */
  readonly insideText: string;
  readonly outsideText: string;
  /** Instead of the one that is answered. */
  readonly subject?: string;
  /** Of one that is scheduled. */
  readonly from?: string;
  readonly until?: string;
}

/** What stands below new mail from one of the mailbox’s addresses. */
export interface Signature {
  readonly type: 'signature';
  /** Absent: the mailbox’s own. */
  readonly who?: Person;
  /** HTML. */
  readonly text: string;
  readonly replyTo?: Person;
}

/** All mail is sent on to somebody. */
export interface Forwarding {
  readonly type: 'forwarding';
  readonly to: Person;
  /** What becomes of it here. */
  readonly afterwards: 'stays' | 'read' | 'archive' | 'trash';
}

/** Who may read, send and delete mail as the owner. */
export interface MailDelegate {
  readonly type: 'mail-delegate';
  readonly who: Person;
}

export interface Regional {
  readonly type: 'regional';
  readonly timeZone?: string;
  readonly language?: string;
  /** In the letters of Windows: `dd.MM.yyyy`, `HH:mm`. */
  readonly dateFormat?: string;
  readonly timeFormat?: string;
}

export type Day = 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun';

export interface WorkingHours {
  readonly type: 'working-hours';
  readonly days: readonly Day[];
  /** `08:30`, by the clock of the zone. */
  readonly from: string;
  readonly until: string;
  readonly timeZone?: string;
}

/** Who gets the requests to meetings where somebody acts for the owner. */
export interface MeetingMessages {
  readonly type: 'meeting-messages';
  readonly to: 'delegate' | 'delegate-and-owner' | 'delegate-and-information';
}

/** What one person, the organization (`everybody`) or the whole world (`public`) may do with a calendar. */
export interface CalendarSharing {
  readonly type: 'calendar-sharing';
  readonly calendar: FolderPlace;
  /** Of a whole domain: `@domain`. */
  readonly who: Person | 'everybody' | 'public';
  /** They are a group. */
  readonly isGroup?: true;
  /** `write-not-private`: but what is private; `custom`: rights that no role stands for. */
  readonly role:
    | 'none'
    | 'free-busy'
    | 'limited'
    | 'read'
    | 'write-not-private'
    | 'write'
    | 'owner'
    | 'delegate'
    | 'delegate-private'
    | 'custom';
}

/** What a group is called, and who sees it. */
export interface GroupSetting {
  readonly type: 'group';
  readonly name: string;
  readonly description?: string;
  /** `hidden`: not even who its members are. */
  readonly visibility?: 'public' | 'private' | 'hidden';
}

/** Who may do what in a group, in the words of the system that has them: `whoCanPostMessage`. */
export interface GroupAccess {
  readonly type: 'group-access';
  readonly system: string;
  readonly options: Readonly<Record<string, string>>;
  /** Who gets answers to its mail, where that is somebody of their own. */
  readonly answersTo?: Person;
}

/** Another address of a group. */
export interface GroupAlias {
  readonly type: 'group-alias';
  readonly address: Person;
}

/** What a group or team shows of itself. */
export interface GroupPicture {
  readonly type: 'group-picture';
  /** `image/png` */
  readonly contentType: string;
  readonly base64: string;
}

/** A tab of a channel, and what it shows: exactly one of `url`, `file`, `folder` and `plan`. */
export interface ChannelTab {
  readonly type: 'channel-tab';
  readonly channel: string;
  /** The channel is the one that every team has, whatever it is called. */
  readonly isOfFirst?: true;
  readonly name: string;
  /** As Teams calls the app: `com.microsoft.teamspace.tab.web`. */
  readonly app: string;
  readonly url?: string;
  /** Where the file or folder is among those of the entry. */
  readonly file?: readonly string[];
  readonly folder?: readonly string[];
  /** What the plan is called. */
  readonly plan?: string;
}

/** What the people of a team may do there: `memberSettings.allowCreateUpdateChannels` and the like. */
export interface TeamSetting {
  readonly type: 'team';
  readonly options: Readonly<Record<string, boolean | string>>;
}

const TITLES: Readonly<Record<SettingType, string>> = {
  rule: 'Rules',
  category: 'Categories',
  'automatic-reply': 'Automatic reply',
  signature: 'Signatures',
  forwarding: 'Forwarding',
  'mail-delegate': 'Delegates',
  regional: 'Preferences',
  'working-hours': 'Preferences',
  'meeting-messages': 'Preferences',
  'calendar-sharing': 'Calendar sharing',
  group: 'Group',
  'group-access': 'Group',
  'group-alias': 'Group',
  'group-picture': 'Group',
  team: 'Team',
  'channel-tab': 'Tabs',
};
export const SETTING_TYPES = Object.keys(TITLES) as readonly SettingType[];

/** The container that settings of a type are in, the same in all systems: people read it in the books. */
export const settingGroup = (type: SettingType): string => TITLES[type];
