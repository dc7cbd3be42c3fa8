import { formatNumber, plural } from '../lib/format.ts';

/** The page of one entry. */
export const entry = {
  title: (source: string, target: string) => `${source} → ${target}`,
  back: 'User list',
  deleted: 'Deleted',
  deletedHint: (when: string) => `This entry was deleted on ${when}. Its books are kept; nothing can be started.`,
  deletedReplaced: 'Another entry has taken its place.',
  inventoryDue: 'The next migrating pass takes inventory first',
  inventoryDueHint:
    'The database was restored from a backup and may have forgotten copies. The whole target is listed before anything is written, and what is there already is taken over.',
  replaces: 'Replaces',
  replacedBy: 'Replaced by',
  entryId: (id: number) => `entry ${id}`,
  batch: 'Batch',
  name: 'Name',
  license: 'License',
  noLicense: 'none yet',
  licenseOf: (id: string, tier: string, burned: boolean) => `${id} · ${tier} · ${burned ? 'burned' : 'assigned'}`,
  credentials: 'Own sign-in',
  credentialsFor: { both: 'source and target', source: 'source', target: 'target' },
  ownSettings: 'Own settings',
  merge: 'Shares its target',
  resumes: (relative: string, at: string) => `Goes on by itself ${relative}, at ${at}.`,
  resumesNow: 'Goes on by itself at any moment.',
  actions: {
    start: 'Start',
    delta: 'Start a delta pass',
    stop: 'Stop',
    resume: 'Resume',
    resumeNow: 'Resume now',
    retry: 'Retry what failed',
    verify: 'Verify',
    preprocess: 'Prepare the target',
    finish: 'Give back what is held',
    audit: 'Count the source',
    dryRun: 'Dry run',
    assign: 'Assign a license',
    release: 'Release the license',
    edit: 'Edit',
    delete: 'Delete',
    recreate: 'Recreate',
    wrong: 'Something is wrong…',
    more: 'More actions',
  },
  start: {
    title: { initial: 'Start the first pass?', delta: 'Start a delta pass?' },
    asking: 'Asking both systems what would happen…',
    confirm: 'Start',
    confirmBurn: 'Start and burn a license',
    license: 'License',
    tier: 'Tier',
    tierNow: (name: string, left: number) => `${name} (${formatNumber(left)} left)`,
    estimate: 'Time',
    estimateOf: (duration: string, objects: number) => `About ${duration} for ${plural(objects, 'object')}.`,
    checklist: 'Checked just now',
    drift: 'Changed since the first pass',
    warnings: 'Keep in mind',
    reason: 'Why',
    reasonHint: 'For the records; it may stay empty.',
    refused: 'It can’t start now',
    state: { ok: 'good', attention: 'look at it', problem: 'problem', unknown: 'not known' },
  },
  stop: {
    title: 'Stop the pass?',
    hint: 'What is in flight is finished first. It can be resumed where it stopped, on the same license.',
    free: 'Stopping and resuming cost nothing.',
  },
  resume: {
    now: 'Go on now instead of waiting?',
    nowHint: 'If the system still asks for a pause, the pass waits again.',
  },
  retry: {
    title: 'Retry what failed?',
    titleOne: 'Retry these objects?',
    hint: 'A delta pass plans everything again that failed, and brings what is new.',
    hintOne: (objects: number) =>
      `A delta pass plans ${plural(objects, 'object')} again that failed for this cause, and brings what is new. What failed for other causes stays failed.`,
    remember: 'Remove the cause first; what is still refused fails again.',
    free: 'Costs no license: the one that burned covers every delta pass.',
  },
  verifyDialog: {
    title: 'Verify this entry?',
    hint: 'Source, books and target are held against each other, object by object. Nothing is written.',
    free: 'Costs no license.',
    depth: 'How thoroughly',
    depths: {
      content: 'Read and hash every copy in the target',
      keys: 'Compare ids only: faster, and blind to changed bytes',
    },
  },
  dryRun: {
    title: 'Dry run',
    hint: 'Runs the pass that a start would run, with writes blocked: it reads everything that would be sent, looks at what the target holds, and lists what would become of each object.',
    free: 'Changes nothing on either side; costs no license.',
    objects: (verb: string, count: number) => `${plural(count, 'object')} ${verb}`,
    verbs: {
      create: 'would be created',
      overwrite: 'would be overwritten',
      rename: 'would be added beside the target’s',
      update: 'would get other flags or another place',
      skip: 'would be left out',
      refuse: 'would be refused',
    },
    nothing: 'Nothing would be done.',
    time: (p50: string, p90: string) => `About ${p50}; nine times of ten less than ${p90}.`,
    unmapped: (count: number) => `${plural(count, 'address', 'addresses')} not in the mapping table`,
    person: (principal: string, occurrences: number, place: string) =>
      `${principal}: ${occurrences} times, such as in ${place}`,
    show: 'Show what it found',
  },
  audit: {
    title: 'Count the source?',
    hint: 'Folders, objects, sizes and dates of the source are read. Nothing is written.',
    free: 'Costs no license.',
  },
  preprocess: {
    title: 'Prepare the target?',
    hint: (what: string) =>
      `The ${what} is made in the target, with its members and channels, as far as it isn’t there; what has to be done by hand is told. Contents come with the first pass. Nobody is mailed, and it can be done again.`,
    free: 'Costs no license.',
  },
  finish: {
    title: 'Give back what is held?',
    hint: 'A pass that broke off may have left channels of Teams in migration mode, or spaces of Google Chat in import mode, where their people can’t use them. They get them as they are now. The source isn’t asked, and it can be done again.',
    final:
      'A later pass goes on with a channel of Teams where it stopped. Into a space of Chat nothing of the past comes any more; its members are added by the next delta pass.',
    free: 'Costs no license.',
  },
  assign: {
    title: 'Assign a license?',
    hint: 'It is kept for this entry, and burns at the first start. Until then it can be released.',
    confirm: 'Assign',
    none: 'No license of this kind is left. An owner can grant some.',
    left: (tier: string, before: number, after: number) =>
      `${formatNumber(before)} ${tier} available, ${formatNumber(after)} afterwards.`,
  },
  release: {
    title: 'Release the license?',
    hint: (id: string) => `${id} never burned: it goes back to the balance.`,
    confirm: 'Release',
  },
  tiers: { standard: 'standard', trial: 'trial' },
  delete: {
    title: 'Delete this entry?',
    hint: 'It is archived with its books, which stay readable here. What was migrated stays in the target.',
    burned: (id: string) =>
      `The license ${id} burned and stays burned. Migrating this mailbox again needs a new entry and another license.`,
    released: (id: string) => `The license ${id} never burned: it goes back to the balance.`,
    none: 'It holds no license, so none is lost.',
    confirm: 'Delete',
  },
  recreate: {
    title: 'Recreate this entry?',
    hint: 'A new entry with the same addresses, settings and sign-ins. It inherits nothing of the books, so its first pass is a first pass.',
    cost: 'It needs a license of its own, which burns at its first start.',
    target: 'Target address',
    confirm: 'Recreate',
  },
  edit: {
    title: 'Edit the entry',
    addresses: 'Addresses',
    source: 'Source address',
    target: 'Target address',
    fixed: 'It has started: its addresses stay. For other addresses, delete it and make a new entry.',
    list: 'In the user list',
    displayName: 'Display name',
    batch: 'Batch',
    batchHint: 'Empty: in no batch.',
    signIns: 'Own sign-ins',
    signInsHint: 'Only where this mailbox doesn’t use the system’s. What is stored is never shown.',
    sourceSignIn: 'Source',
    targetSignIn: 'Target',
    stored: 'stored',
    notStored: 'none',
    change: { keep: 'Keep as it is', set: 'Set', forget: 'Forget' },
    user: 'User name',
    userHint: 'Empty: the address.',
    password: 'Password',
    token: 'Access token',
    signInNeeded: 'Give a user name, a password or an access token.',
    settings: 'Own settings',
    settingsHint:
      'What is switched on here counts for this entry instead of the project’s setting, from its next pass on.',
    inherited: 'As the project says',
    groups: {
      dateFilter: 'Date filter',
      folders: 'Folders',
      bandwidth: 'Pace',
      failureShare: 'Stopping early',
    } as Readonly<Record<string, string>>,
    saved: 'The entry is saved.',
  },
  tabs: {
    label: 'What is shown',
    books: 'Books',
    failures: 'Failures and notes',
    verify: 'Verify',
    history: 'History',
  },
  live: {
    title: {
      running: (kind: string, number: number) => `${kind} #${number} is running`,
      pending: (kind: string, number: number) => `${kind} #${number} waits`,
      queued: (kind: string, number: number) => `${kind} #${number} is queued`,
    },
    phase: 'Now',
    phases: {
      starting: 'Signing in',
      settling: 'Settling what was in flight',
      'matching ids': 'Matching folders',
      inventory: 'Looking at what the target holds',
      listing: 'Listing the source',
      content: 'Transferring',
      flags: 'Updating flags',
      deletions: 'Looking for deletions',
      preprocess: 'Preparing the target',
      audit: 'Counting the source',
      'verify source': 'Comparing the source',
      'verify target': 'Comparing the target',
      'listing target': 'Listing the target',
      emptying: 'Emptying the target',
      planning: 'Looking at what would be removed',
      undoing: 'Taking back what the pass did',
      done: 'Closing the books',
    } as Readonly<Record<string, string>>,
    folder: 'Folder',
    rate: 'Rate',
    perSecond: (count: string) => `${count} objects/s`,
    eta: 'Time left',
    etaAt: (duration: string, at: string) => `${duration} (until ${at})`,
    unknown: 'not known yet',
    done: 'Done',
    of: (done: number, total: number) => `${formatNumber(done)} of ${formatNumber(total)}`,
    counted: (done: number) => `${formatNumber(done)} so far`,
    transferred: 'Transferred',
    failed: 'Failed so far',
    workers: 'Workers on it',
    throttled: (when: string, by: { readonly side: string; readonly reason: string } | null | undefined) =>
      by === null || by === undefined
        ? `The system asked for a pause until ${when}; Sterna keeps to it.`
        : `The ${by.side} asked for a pause until ${when}; Sterna keeps to it. ${by.reason}`,
    stopping: 'It is stopping: what is in flight is finished first.',
    label: 'Progress of the running pass',
  },
  books: {
    title: 'Where every object of the source is',
    lead: (kind: string, number: number) =>
      `As the ${kind.toLowerCase()} #${number} left it. Each object is in exactly one state.`,
    none: 'No pass has finished its books yet.',
    noneOfPass: 'This pass ended before it could close its books.',
    pass: 'Pass',
    passOf: (kind: string, number: number, when: string) => `${kind} #${number}, ${when}`,
    folder: 'Folder',
    bar: 'States',
    all: 'All folders',
    seen: 'seen',
    target: (path: string) => `goes to ${path}`,
    balanced: 'The books balance',
    unbalanced: 'The books do not balance',
    unbalancedBy: (missing: number) =>
      missing > 0
        ? `${plural(missing, 'object')} of the source ${missing === 1 ? 'is' : 'are'} in no state. This pass proves nothing: start a delta pass, and report it if it happens again.`
        : `The states hold ${plural(-missing, 'object')} more than the source does. This pass proves nothing: start a delta pass, and report it if it happens again.`,
    unaccounted: 'unaccounted for',
    sum: (parts: string, seen: number) => `seen ${formatNumber(seen)} = ${parts}`,
    sumUnbalanced: (parts: string, seen: number) => `seen ${formatNumber(seen)} ≠ ${parts}`,
    nothing: 'nothing',
    state: {
      created: 'created',
      updated: 'updated',
      unchanged: 'unchanged',
      filtered: 'filtered',
      skipped: 'skipped',
      merged: 'merged',
      uncertain: 'uncertain',
      failed: 'failed',
    },
    stateHint: {
      created: 'Written to the target in this pass',
      updated: 'Changed in the target in this pass',
      unchanged: 'In the target since an earlier pass',
      filtered: 'Left out by the settings',
      skipped: 'Left out by the conflict option',
      merged: 'The target keeps one object for several of the source',
      uncertain: 'Written, but nobody can read back whether it arrived; never sent again by itself',
      failed: 'Not in the target; see the failures',
    },
    why: 'Why they were left out',
    reason: {
      'before-date-filter': 'older than the date filter',
      'after-date-filter': 'newer than the date filter',
      'over-size-limit': 'larger than the size limit',
      'over-post-limit': 'beyond the newest conversations',
      'folder-excluded': 'in a folder that is left out',
      'trial-limit': 'beyond what a trial license migrates',
      'already-in-target': 'was in the target already',
      'nothing-to-migrate': 'is a link or a device, which is not migrated',
      'not-held': 'can’t be migrated; its note says why and what to do',
      'vanished-from-source': 'vanished from the source meanwhile',
      'kind-off': 'of a kind that is switched off',
      'deleted-at-target': 'deleted in the target by somebody',
    } as Readonly<Record<string, string>>,
    find: 'Find a folder',
    onlyOpen: 'Only with failed, uncertain or unbalanced objects',
    noFolder: 'No folder is like that.',
    table: 'Books by folder',
  },
  passes: {
    title: 'Passes',
    none: 'It has never run.',
    heading: (kind: string, number: number) => `${kind} #${number}`,
    by: (who: string) => `by ${who}`,
    took: (duration: string) => `${duration} of work`,
    reason: (text: string) => `Reason: ${text}`,
    queued: 'queued',
    open: 'Its books',
    openVerify: 'Its report',
    audit: (folders: number, objects: number, size: string) =>
      `The source held ${plural(objects, 'object')}, ${size}, in ${plural(folders, 'folder')}.`,
    tooLarge: (objects: number) =>
      `${plural(objects, 'object')} ${objects === 1 ? 'is' : 'are'} larger than the target takes.`,
    prepared: (counts: { made: number; found: number; missing: number; failed: number }) =>
      (['failed', 'missing', 'made', 'found'] as const)
        .filter((outcome) => counts[outcome] > 0)
        .map((outcome) => `${formatNumber(counts[outcome])} ${outcome}`)
        .join(', '),
    prepare: {
      table: 'What the target has now',
      what: 'What',
      outcome: 'Outcome',
      reason: 'Why',
      fix: 'What to do',
      outcomes: { made: 'made', found: 'was there', missing: 'missing', failed: 'failed' } as Readonly<
        Record<string, string>
      >,
    },
    undoPlan: 'Undo, planned',
    undone: (by: number) => `Undone by pass ${by}.`,
    undo: (counts: UndoCounts) => [createdWords(counts), ...overwrittenWords(counts)].join(' '),
    gaveBack: ({ finished, refused }: { readonly finished: readonly string[]; readonly refused: readonly string[] }) =>
      [
        finished.length > 0 ? `Given back: ${finished.join(', ')}.` : '',
        refused.length > 0 ? `Another app holds ${refused.join(', ')}: it alone can give that back.` : '',
        finished.length + refused.length === 0 ? 'Nothing was held.' : '',
      ]
        .filter((part) => part !== '')
        .join(' '),
    emptied: (objects: number) => `${plural(objects, 'object')} listed or removed.`,
    verified: 'Everything that was migrated was there, once, and the same.',
    notVerified: 'The target differed from the books.',
    drift: (number: number) => `Other settings than pass #${number}`,
    driftOf: (field: string, before: string, after: string) => `${field}: ${before} → ${after}`,
  },
  failures: {
    title: 'Failures, by cause',
    none: 'Nothing failed, and nothing is uncertain.',
    pass: { failed: 'The last pass failed as a whole', other: 'Why the last pass waits or ended early' },
    count: (count: number) => plural(count, 'object'),
    state: { failed: 'failed', uncertain: 'uncertain' },
    todo: 'What to do',
    failedTodo: 'Read what the system says, remove the cause, then retry these.',
    uncertainTodo: 'They are never sent again by themselves: look whether they are in the target, or verify.',
    show: 'Show the objects',
    hide: 'Hide the objects',
    retry: 'Retry these',
    objects: (reason: string) => `Objects: ${reason}`,
    object: 'Object',
    folder: 'Folder',
    size: 'Size',
    reason: 'Reason',
    since: 'Since',
    sincePass: (number: number) => `pass #${number}`,
    noSubject: '(no subject known)',
    objectId: (id: string) => `id ${id} in the source`,
    noFolder: '–',
    csv: 'All as CSV',
    noneLeft: 'A pass has settled them meanwhile.',
  },
  notes: {
    title: 'Fidelity notes',
    lead: 'What the target could not hold exactly as it was, and what else needs words, object by object.',
    none: 'Nothing was changed on the way.',
    kind: { fidelity: 'changed', skipped: 'skipped', suspect: 'suspect', gone: 'gone' } as Readonly<
      Record<string, string>
    >,
  },
  verify: {
    title: 'Verify report',
    none: 'It was never verified. Verifying reads both sides, writes nothing and costs nothing.',
    run: 'Verify now',
    again: 'Verify again',
    ok: 'Everything that was migrated is there, once, and the same.',
    bad: 'The target or the source differs from the books.',
    running: 'A verify is under way; its report comes when it ends.',
    ended: 'This verify did not come to its end.',
    when: (when: string, number: number) => `Pass #${number}, ${when}`,
    depth: { counts: 'by counts', keys: 'by ids', content: 'by reading every byte' },
    outdated: 'A pass has written since: verify again before you rely on this.',
    figure: {
      identical: 'Identical',
      rewritten: 'Rewritten',
      adapted: 'Adapted',
      uncompared: 'Not compared',
      missing: 'Missing',
      different: 'Different',
      duplicated: 'Twice',
      notMigrated: 'New since',
      unmigrated: 'Failed or left out',
      goneFromSource: 'Gone from the source',
      extra: 'Not ours',
      flagsDiffer: 'Flags differ',
    },
    figureHint: {
      identical: 'In the target, once, as migrated',
      rewritten: 'In other bytes that say the same: the target writes what it takes anew',
      adapted: 'With less than was migrated, as told when it was written',
      uncompared: 'In other bytes, and gone from the source: nothing to compare with',
      missing: 'In the books, not in the target',
      different: 'In the target with other bytes than were migrated',
      duplicated: 'In the target more often than in the books',
      notMigrated: 'In the source, not in the books: a delta pass brings them',
      unmigrated: 'In the books as failed, left out or uncertain',
      goneFromSource: 'In the books, no longer in the source',
      extra: 'People’s own mail in the target',
      flagsDiffer: 'Read, starred … since: people’s work in the target',
    },
    held: (source: number, target: number) =>
      `${plural(source, 'object')} of the source and ${formatNumber(target)} of the target held against the books`,
    todo: {
      'missing-in-target': 'If it should be there, remigrate: a delta pass does not send it again.',
      'different-in-target': 'Look at both sides. If it isn’t somebody’s own change, remigrate.',
      'duplicated-in-target': 'Remove one of the two by hand, or remigrate into an emptied target.',
    } as Readonly<Record<string, string>>,
    findings: 'What differs, object by object',
    noFindings: 'Nothing is missing, different or doubled.',
    capped: (listed: number) => `The first ${formatNumber(listed)} are listed.`,
    compare: 'Side by side',
  },
  compare: {
    title: 'Side by side',
    asking: 'Asking both sides…',
    logged: 'Fetched from both systems just now. That you looked is in the audit trail.',
    source: 'Source',
    target: 'Target',
    field: 'Field',
    header: 'Header',
    same: 'Same',
    differs: 'Differs',
    state: {
      present: 'is there',
      absent: 'is no longer there',
      unreadable: 'can’t be read',
      none: 'was never there',
    },
    folder: 'Folder',
    received: 'Received',
    size: 'Size',
    flags: 'Flags',
    noFlags: 'none',
    digest: 'Digest',
    digestHint: 'Of the whole object; the same however a store ends its lines.',
    verdict: {
      same: 'Both sides hold the same, byte for byte.',
      targetChanged: 'The source is as it was migrated; the target’s copy has changed since.',
      sourceChanged: 'The target is as it was migrated; the source has changed since.',
      bothChanged: 'Both sides have changed since it was migrated.',
      different: 'The two sides differ.',
      missing: 'The source holds it, the target does not.',
      goneFromSource: 'The target holds it, the source does not.',
      goneFromBoth: 'Neither side shows it now.',
    },
    headers: 'Headers',
    headersSame: (count: number) => `All ${formatNumber(count)} headers are the same.`,
    headersDiffer: (differing: number, all: number) =>
      `${formatNumber(differing)} of ${plural(all, 'header')} ${differing === 1 ? 'differs' : 'differ'}.`,
    allHeaders: 'Show all headers',
    text: 'Text',
    textSame: 'What was fetched of the text is the same.',
    textDiffers: 'The lines that differ are marked.',
    truncated: 'Only the beginning is shown.',
    more: 'Fetch more of it',
    onlySource: 'only in the source',
    onlyTarget: 'only in the target',
  },
  licenses: {
    title: 'License history',
    none: 'No license was ever assigned to it.',
    kind: { grant: 'Granted', assign: 'Assigned', release: 'Released', burn: 'Burned' },
    license: 'License',
  },
  trail: {
    title: 'Audit trail',
    none: 'Nobody has done anything with it yet.',
    action: {
      'entry.create': 'Created the entry',
      'entry.update': 'Changed the entry',
      'entry.delete': 'Deleted the entry',
      'entry.initial': 'Started the first pass',
      'entry.delta': 'Started a delta pass',
      'entry.audit': 'Started counting the source',
      'entry.verify': 'Started a verify',
      'entry.preprocess': 'Started preparing the target',
      'entry.finish': 'Gave back what was held',
      'entry.undo': 'Undid a pass',
      'entry.dry-run': 'Started a dry run',
      'entry.undo-plan': 'Planned the undo of a pass',
      'entry.empty-freeze': 'Listed what the target holds',
      'entry.empty-remove': 'Emptied the target',
      'entry.stop': 'Stopped the pass',
      'entry.resume': 'Resumed the pass',
      'entry.backup': 'Backed up the target',
      'entry.view-content': 'Looked at an object',
      'license.assign': 'Assigned a license',
      'license.release': 'Released a license',
      'license.burn': 'Burned a license',
      'backup.restore': 'Restored a backup',
      'remigration.begin': 'Began a remigration',
      'remigration.step': 'Took a step of a remigration',
    } as Readonly<Record<string, string>>,
  },
  drift: {
    title: 'Settings changed since the first pass ran',
    lead: 'The next delta pass uses the new ones.',
  },
  when: 'When',
  who: 'Who',
  what: 'What',
  details: 'Details',
  undo: {
    plan: 'Plan an undo',
    open: 'Undo this pass',
    planTitle: (number: number) => `Plan the undo of pass #${number}`,
    planHint:
      'Looks at every copy that the pass created or overwrote and says what an undo would remove and restore, and what would stay because somebody changed it since. It changes nothing.',
    title: (number: number) => `Undo pass #${number}`,
    hint: 'What the pass created is removed for good; what it overwrote becomes what it was. Whatever somebody changed since stays, and a note on it says so.',
    free: 'The license stays burned: the next pass migrates again, on the same license.',
    target: 'Type the target address to confirm',
    confirm: 'Undo the pass',
  },
  remigration: {
    open: 'A remigration of this entry is under way.',
    goOn: 'Go on with it',
  },
} as const;

/** What an undo says of the objects that the pass created, and of those that it overwrote. */
export interface UndoCounts {
  readonly mode: 'plan' | 'remove';
  /** Overwritten, and nothing is kept of what they were. */
  readonly updated: number;
  /** Absent in what an earlier version did. */
  readonly overwritten?: {
    readonly restored: number;
    readonly gone: number;
    readonly edited: number;
    readonly shared: number;
    readonly missing: number;
    readonly refused: number;
  };
  readonly created: number;
  readonly removed: number;
  readonly edited: number;
  readonly gone: number;
  readonly lastCopy: number;
  readonly shared: number;
  readonly refused: number;
}

const createdWords = ({ mode, created, removed, edited, gone, lastCopy, shared, refused }: UndoCounts): string =>
  `Of ${plural(created, 'object')} that it created, ${removed} ${mode === 'plan' ? 'would be' : 'were'} removed, ${edited + lastCopy + shared + refused} stay, ${gone} had gone.`;

function overwrittenWords({ mode, updated, overwritten }: UndoCounts): readonly string[] {
  const { restored, gone, edited, shared, missing, refused } = overwritten ?? NOTHING_KEPT;
  const kept = restored + gone + edited + shared + missing + refused;
  if (kept + updated === 0) return [];
  const stay = updated + edited + shared + missing + refused;
  return [
    `Of ${plural(kept + updated, 'object')} that it overwrote, ${restored} ${mode === 'plan' ? 'would be' : 'were'} restored, ${stay} stay as they are, ${gone} had gone.`,
  ];
}

const NOTHING_KEPT = { restored: 0, gone: 0, edited: 0, shared: 0, missing: 0, refused: 0 };
