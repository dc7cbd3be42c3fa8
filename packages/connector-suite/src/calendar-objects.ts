import { awkwardLines } from './awkward-lines.ts';
import type { Material } from './material.ts';
import { COMMANDS } from './messages.ts';

type Kind = 'event' | 'task';

const COMPONENT = { event: 'VEVENT', task: 'VTODO' } as const;
const STARTS = 'DTSTART:20260301T100000Z';

/** RFC 5545 section 3.3.11. */
const text = (value: string): string => value.replace(/[\\;,]/g, '\\$&').replace(/\r?\n/g, '\\n');

/** RFC 5545 section 3.1: lines of at most 75 octets. */
function folded(lines: readonly string[]): Buffer {
  const out: string[] = [];
  for (const line of lines) {
    let rest = line;
    let limit = 75;
    while (Buffer.byteLength(rest) > limit) {
      let end = Math.min(rest.length, limit);
      while (Buffer.byteLength(rest.slice(0, end)) > limit || /[\ud800-\udbff]$/.test(rest.slice(0, end))) end -= 1;
      out.push(`${limit === 75 ? '' : ' '}${rest.slice(0, end)}`);
      rest = rest.slice(end);
      limit = 74;
    }
    out.push(`${limit === 75 ? '' : ' '}${rest}`);
  }
  return Buffer.from(`${out.join('\r\n')}\r\n`, 'utf8');
}

const calendar = (...components: readonly (readonly string[])[]): Buffer =>
  folded(['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Sterna//Suite//EN', ...components.flat(), 'END:VCALENDAR']);

const component = (name: string, ...lines: readonly string[]): string[] => [`BEGIN:${name}`, ...lines, `END:${name}`];

/** Without DTSTART a task is one too. */
const object = (kind: Kind, uid: string, ...lines: readonly string[]): string[] =>
  component(
    COMPONENT[kind],
    `UID:${uid}`,
    'DTSTAMP:20260101T000000Z',
    // Cyrus takes no event that ends when it begins, which is what one without an end does.
    ...lines.flatMap((line) => (kind === 'event' && /^DTSTART.*T\d/.test(line) ? [line, 'DURATION:PT1H'] : [line])),
  );

const BERLIN = component(
  'VTIMEZONE',
  'TZID:Europe/Berlin',
  ...component(
    'STANDARD',
    'DTSTART:19701025T030000',
    'RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU',
    'TZOFFSETFROM:+0200',
    'TZOFFSETTO:+0100',
  ),
  ...component(
    'DAYLIGHT',
    'DTSTART:19700329T020000',
    'RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU',
    'TZOFFSETFROM:+0100',
    'TZOFFSETTO:+0200',
  ),
);

export function calendarMaterial(
  kind: Kind,
): Pick<Material, 'kind' | 'plain' | 'twin' | 'changed' | 'large' | 'awkward'> {
  const plain = (n: number | string, body?: string): Buffer =>
    calendar(
      object(
        kind,
        `suite.${encodeURIComponent(n)}@example.org`,
        STARTS,
        `SUMMARY:Suite ${kind} ${text(String(n))}`,
        ...(body === undefined ? [] : [`DESCRIPTION:${text(body)}`]),
      ),
    );
  const awkward: Record<string, Buffer> = {
    'escapes and emoji': calendar(
      object(
        kind,
        'escapes@x',
        STARTS,
        `SUMMARY:${text('a, b; c \\ d 🎉 – Grüße')}`,
        `DESCRIPTION:${text('one\ntwo')}`,
      ),
    ),
    'long lines': calendar(object(kind, 'long@x', STARTS, `SUMMARY:${'long '.repeat(500)}end`)),
    commands: calendar(object(kind, 'commands@x', STARTS, 'SUMMARY:Commands', `DESCRIPTION:${text(COMMANDS)}`)),
    'an address as UID': calendar(object(kind, 'https://example.org/a b?c=d&e#f', STARTS, 'SUMMARY:Odd UID')),
    'a whole day': calendar(object(kind, 'day@x', 'DTSTART;VALUE=DATE:20260301', 'SUMMARY:All day')),
    'a time zone': calendar(
      BERLIN,
      object(kind, 'zone@x', 'DTSTART;TZID=Europe/Berlin:20260329T100000', 'SUMMARY:In Berlin'),
    ),
    'a series with an exception': calendar(
      BERLIN,
      object(
        kind,
        'series@x',
        'DTSTART;TZID=Europe/Berlin:20260302T100000',
        'RRULE:FREQ=WEEKLY;COUNT=5',
        'EXDATE;TZID=Europe/Berlin:20260316T100000',
        'SUMMARY:Weekly',
      ),
      object(
        kind,
        'series@x',
        'RECURRENCE-ID;TZID=Europe/Berlin:20260309T100000',
        'DTSTART;TZID=Europe/Berlin:20260309T140000',
        'SUMMARY:Weekly but later',
      ),
    ),
    'an alarm': calendar(
      object(
        kind,
        'alarm@x',
        STARTS,
        'SUMMARY:Wake up',
        ...component('VALARM', 'ACTION:DISPLAY', 'DESCRIPTION:Now', 'TRIGGER:-PT15M'),
      ),
    ),
    'people with quoted names': calendar(
      object(
        kind,
        'people@x',
        STARTS,
        'SUMMARY:Meeting',
        'ORGANIZER;CN="Boss, The":mailto:boss@example.org',
        'ATTENDEE;CN="O\'Neil: Ann";ROLE=REQ-PARTICIPANT;PARTSTAT=TENTATIVE:mailto:ann@example.org',
      ),
    ),
    'properties of other programs': calendar(
      object(kind, 'other@x', STARTS, 'SUMMARY:Others', 'X-MOZ-LASTACK:20260101T000000Z', 'X-ODD;X-P="q":v'),
    ),
    ...awkwardLines(
      (uid) => calendar(object(kind, uid, STARTS, 'SUMMARY:Awkward')),
      `END:${COMPONENT[kind]}`,
      'DESCRIPTION',
    ),
    ...(kind === 'task'
      ? {
          'a task without dates': calendar(object(kind, 'undated@x', 'SUMMARY:Some day')),
          'a task that is done': calendar(
            object(
              kind,
              'done@x',
              'SUMMARY:Done',
              'STATUS:COMPLETED',
              'COMPLETED:20260102T000000Z',
              'PERCENT-COMPLETE:100',
            ),
          ),
        }
      : {}),
  };
  return {
    kind,
    plain,
    twin: (n) => plain(`${n} again`),
    changed: (n) => {
      const was = plain(n).toString('utf8');
      return Buffer.from(was.replace(/^SUMMARY:.*$/m, `SUMMARY:Suite ${kind} with other content\r`));
    },
    large: (n = 0) =>
      calendar(
        object(
          kind,
          `large.${n}@x`,
          STARTS,
          'SUMMARY:Large',
          `ATTACH;ENCODING=BASE64;VALUE=BINARY:${Buffer.alloc(150_000, 'attachment').toString('base64')}`,
        ),
      ),
    awkward: new Map(Object.entries(awkward)),
  };
}
