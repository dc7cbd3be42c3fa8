import type { Setting } from './setting.ts';

/** For people, so that they recognize it. */
export function titleOf(setting: Setting): string {
  switch (setting.type) {
    case 'rule':
      return `Rule “${setting.name}”`;
    case 'category':
      return `Category “${setting.name}”`;
    case 'automatic-reply':
      return 'Automatic reply';
    case 'signature':
      return setting.who === undefined ? 'Signature' : `Signature of ${setting.who.address}`;
    case 'forwarding':
      return `Forwarding of all mail to ${setting.to.address}`;
    case 'mail-delegate':
      return `Delegate ${setting.who.address}`;
    case 'regional':
      return 'Language, time zone and formats';
    case 'working-hours':
      return 'Working hours';
    case 'meeting-messages':
      return 'Who gets meeting requests';
    case 'group':
      return 'Name and visibility';
    case 'group-access':
      return 'Who may do what';
    case 'group-alias':
      return `Alias ${setting.address.address}`;
    case 'group-picture':
      return 'Picture';
    case 'channel-tab':
      return `Tab “${setting.name}” of ${setting.channel}`;
    case 'team':
      return 'What members may do';
    case 'calendar-sharing':
      return `Calendar “${setting.calendar.path.join('/')}” for ${
        setting.who === 'everybody' ? 'the organization' : setting.who === 'public' ? 'everybody' : setting.who.address
      }: ${setting.role}`;
  }
}
