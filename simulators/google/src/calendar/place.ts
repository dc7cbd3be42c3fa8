import { stateOf } from '@sterna/simulator-kit';
import type { Cloud } from '../cloud.ts';
import type { Domain, User } from '../state/domain.ts';
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

/** Where a user was found last: looking through all of them for every guest takes long. */
const found = stateOf((_: Cloud) => new Map<string, { readonly domain: Domain; readonly user: User }>());

/** Calendars are known by primary addresses; an alias leads to the same person. */
function personOf(cloud: Cloud, email: string): Person | undefined {
  const key = email.toLowerCase();
  let known = found(cloud).get(key);
  if (known === undefined || known.domain.users.get(known.user.id) !== known.user || !answersTo(known.user, key)) {
    known = cloud.findUser(key);
    if (known === undefined) return undefined;
    found(cloud).set(key, known);
  }
  const { domain, user } = known;
  const address = user.primaryEmail.toLowerCase();
  return {
    email: address,
    displayName: `${user.givenName} ${user.familyName}`.trim(),
    get groups() {
      return [...domain.groups.values()]
        .filter(({ members }) => members.some((member) => member.email.toLowerCase() === address))
        .map((group) => group.email.toLowerCase());
    },
  };
}

const answersTo = ({ primaryEmail, aliases }: User, key: string): boolean =>
  primaryEmail.toLowerCase() === key || aliases.includes(key);

/** All mail that Calendar would have sent so far, oldest first. */
export const calendarMailOf = (cloud: Cloud): readonly CalendarMail[] => calendarsOf(cloud).mails;
