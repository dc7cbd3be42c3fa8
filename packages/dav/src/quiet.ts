import { serverMeeting } from '@sterna/content';
import { SternaError } from '@sterna/core';
import type { Home } from './discover.ts';

/** How to write to a server that mails the people of a meeting by itself (RFC 6638), so that it mails nobody. */
export interface QuietWrites {
  /** For every PUT and DELETE. Servers that don't know them pass them over. */
  readonly headers: Readonly<Record<string, string>>;
  /** What is there must be looked at before it is replaced or removed: the headers may not be enough. */
  readonly looksFirst: boolean;
  /**
   * New objects are told to be quiet in their own text (`SCHEDULE-AGENT=CLIENT`). That doesn't help with a meeting that
   * the server looks after already: to take it over, or away, counts as a cancellation (sections 3.2.1.2 and 3.2.1.3).
   *
   * @throws SternaError object `would-mail-people`
   */
  check(current: Buffer, verb: 'replace' | 'remove'): void;
  /** For `check`. */
  readonly evidence: string;
}

const HEADERS = {
  // RFC 6638 section 8.1: no reply to the organizer.
  'schedule-reply': 'F',
  // Cyrus: no scheduling at all for this request, the organizer's cancellations included.
  'scheduling-enabled': 'F',
} as const;

export function quietWrites(home: Home): QuietWrites {
  const isObedient = /^Cyrus-HTTP\//i.test(home.server ?? '');
  const words = 'the server mails the people of a meeting by itself: meetings are written so that it doesn’t';
  return {
    headers: HEADERS,
    looksFirst: !isObedient,
    check(current, verb) {
      if (isObedient) return;
      const meeting = serverMeeting(current);
      if (meeting === undefined) return;
      // An attendee's own copy goes without a word where the reply is forbidden.
      const isGuest =
        home.addresses.length > 0 &&
        meeting.organizers.length > 0 &&
        meeting.organizers.every((one) => !home.addresses.includes(one));
      if (verb === 'remove' && isGuest) return;
      throw new SternaError(
        'object',
        'would-mail-people',
        `To ${verb} this meeting would make the target mail its people: it was left as it is.`,
        {
          fix: 'Remove it in a calendar program that lets you choose not to tell anybody, then start again.',
        },
      );
    },
    evidence: isObedient ? words : `${words}; meetings that it looks after already are left as they are`,
  };
}
