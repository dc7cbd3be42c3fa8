import { formatDateTime, formatMoment, formatNumber, plural } from '../lib/format.ts';

const entries = (count: number) => plural(count, 'entry', 'entries');

export const batches = {
  title: 'Batches and cutover',
  lead: 'A batch moves together: it starts when its time comes, and its checklist says what is still to do on cutover night.',
  empty: 'This project has no entries yet.',
  toList: 'Go to the user list',
  noBatch: 'No batch',

  table: {
    title: 'Batches',
    lead: 'Entries get their batch in the user list.',
    batch: 'Batch',
    entries: 'Entries',
    state: 'Completed',
    next: 'Next start',
    checklist: 'Checklist',
    done: (done: number, all: number) => `${formatNumber(done)} of ${formatNumber(all)}`,
    failing: (count: number) => `${formatNumber(count)} with failures`,
    nothingPlanned: 'Nothing planned',
    ticked: (done: number, all: number) => `${done} of ${all}`,
    shown: 'Shown below',
  },

  schedule: {
    title: (batch: string) => `Schedule of ${batch}`,
    lead: 'The server sees to it: nobody has to be there.',
    add: 'Schedule',
    none: 'Nothing is scheduled for this batch.',
    kind: { initial: 'First start', delta: 'Delta pass' } as Readonly<Record<string, string>>,
    repeats: (hours: number, until: string) => `every ${plural(hours, 'hour')} until ${formatDateTime(until)}`,
    next: (at: string) => `Next: ${formatDateTime(at)}`,
    meantIn: (zone: string) => `set in ${zone}`,
    by: (who: string) => `by ${who}`,
    state: { open: 'To come', over: 'Has run', cancelled: 'Cancelled' } as Readonly<Record<string, string>>,
    cancelledBy: (who: string, at: string) => `Cancelled by ${who}, ${formatDateTime(at)}`,
    earlier: (count: number) => `Show ${plural(count, 'earlier schedule')}`,
    cancel: 'Cancel',
    cancelOf: (what: string) => `Cancel: ${what}`,
    cancelTitle: 'Cancel this schedule?',
    cancelText: 'Nothing more starts by it. What it has started goes on.',
    cancelAction: 'Cancel the schedule',
    keep: 'Keep it',
    cancelled: 'The schedule is cancelled.',
  },

  run: {
    running: (at: string, started: number) => `Starting since ${formatMoment(at)}: ${entries(started)} so far`,
    ran: (at: string, started: number) => `Ran ${formatMoment(at)}: ${entries(started)} started`,
    late: (due: string) => `It was due ${formatMoment(due)}: no server was there.`,
    missed: (count: number) =>
      `${plural(count, 'repeat')} before it ${count === 1 ? 'was' : 'were'} missed, and not made up for.`,
    passes: {
      running: (count: number) => `${formatNumber(count)} under way`,
      completed: (count: number) => `${formatNumber(count)} completed`,
      withFailures: (count: number) => `${formatNumber(count)} with failures`,
      failed: (count: number) => `${formatNumber(count)} failed or stopped`,
    },
    notStarted: (count: number) => `${entries(count)} not started:`,
    others: (count: number) => `and ${formatNumber(count)} more`,
  },

  form: {
    title: (batch: string) => `Schedule ${batch}`,
    kind: 'What starts',
    initial: 'First start',
    initialText: (count: number) =>
      count === 0
        ? 'Every entry of this batch has started already.'
        : `${entries(count)} that ${count === 1 ? 'has' : 'have'} never started; each burns a license then.`,
    delta: 'Delta pass',
    deltaText: (count: number) =>
      count === 0
        ? 'Brings what is new. No entry of this batch has started yet: schedule the first start before it.'
        : `Brings what is new in ${entries(count)} that ${count === 1 ? 'has' : 'have'} started. Costs no license.`,
    at: 'When',
    inZone: (zone: string) => `In your time zone: ${zone}.`,
    repeat: 'Repeat until the cutover',
    repeatText: 'So that the last delta on the night itself has little left to do.',
    every: 'Every',
    hours: 'hours',
    until: 'Until',
    submit: 'Schedule',
    made: 'The batch is scheduled.',
    timeMissing: 'Choose a day and a time.',
    timePast: 'This time is over. Choose a later one.',
    hoursMissing: 'Say every how many hours: 1 to 744.',
    untilEarly: 'The repeats would end before the first start.',
  },

  checklist: {
    title: (batch: string) => `Cutover checklist of ${batch}`,
    lead: (done: number, all: number) =>
      done === all ? 'Everything is ticked.' : `${formatNumber(done)} of ${formatNumber(all)} ticked.`,
    lines: {
      'last-delta': 'Last delta pass has run',
      forwarding: 'Forwarding from the old mailboxes is set',
      mx: 'MX records point to the new system',
      profiles: 'Profiles and devices use the new mailboxes',
      verify: 'Verify pass has found no difference',
    } as Readonly<Record<string, string>>,
    ticked: (who: string, at: string) => `${who}, ${formatDateTime(at)}`,
    overtaken: 'A pass has ended since this was ticked.',
    addNote: 'Add a note',
    changeNote: 'Change the note',
    note: (line: string) => `Note on: ${line}`,
    noteOf: (action: string, line: string) => `${action}: ${line}`,
    untickTitle: 'Take the tick away?',
    untickText: (who: string, at: string) => `${who} ticked it, ${formatDateTime(at)}. The audit trail keeps that.`,
    untick: 'Take it away',
    add: 'Add a line',
    newLine: 'What else is to be done',
    newLineMissing: 'Write what is to be done.',
    removeOf: (line: string) => `Remove the line: ${line}`,
    removeTitle: 'Remove this line?',
    removeText: (line: string) => `“${line}” goes from the checklist and from the report. The audit trail keeps it.`,
  },

  evidence: {
    noEntries: 'No entry is in this batch.',
    delta: (done: number, all: number) => `${formatNumber(done)} of ${entries(all)} completed their last delta pass`,
    verify: (done: number, all: number) => `${formatNumber(done)} of ${entries(all)} verified without a difference`,
    withFailures: { 'last-delta': 'ended with failures', verify: 'with differences' } as Readonly<
      Record<string, string>
    >,
    failed: 'failed or stopped',
    running: 'running',
    none: { 'last-delta': 'without a delta pass', verify: 'not verified' } as Readonly<Record<string, string>>,
    stale: (count: number) => `${formatNumber(count)} verified before their last pass: verify them again`,
    ended: (at: string) => `the last ended ${formatMoment(at)}`,
  },
};
