import { stateOf } from '@sterna/simulator-kit';
import type { Cloud } from '../cloud.ts';
import type { CalendarMail } from './mail.ts';
import { CalendarWorld, type Person } from './world.ts';

/** All calendars of a cloud. */
export const calendarsOf = stateOf(
  (cloud: Cloud) =>
    new CalendarWorld({
      now: () => cloud.clock.now(),
      newId: (length) => cloud.ids.base32hex(length),
      person: (email) => personOf(cloud, email),
    }),
);

/** Calendars are known by primary addresses; an alias leads to the same person. */
function personOf(cloud: Cloud, email: string): Person | undefined {
  const found = cloud.findUser(email);
  if (found === undefined) return undefined;
  const { domain, user } = found;
  const address = user.primaryEmail.toLowerCase();
  return {
    email: address,
    displayName: `${user.givenName} ${user.familyName}`.trim(),
    groups: [...domain.groups.values()]
      .filter(({ members }) => members.some((member) => member.email.toLowerCase() === address))
      .map((group) => group.email.toLowerCase()),
  };
}

/** All mail that Calendar would have sent so far, oldest first. */
export const calendarMailOf = (cloud: Cloud): readonly CalendarMail[] => calendarsOf(cloud).mails;
