import { formatNumber, plural } from '../lib/format.ts';

const entries = (count: number) => plural(count, 'entry', 'entries');

export const licenses = {
  title: 'Licenses',
  lead: 'An entry burns one license when it starts for the first time, for ever. Delta passes, audits and verifies cost nothing.',
  types: { mail: 'Mail', file: 'File', site: 'Site', team: 'Team' } as Readonly<Record<string, string>>,
  tiers: { standard: 'Standard', trial: 'Trial' } as Readonly<Record<string, string>>,

  balance: {
    title: 'Balance',
    caption: 'Licenses per type and tier',
    type: 'Type',
    tier: 'Tier',
    granted: 'Granted',
    available: 'Available',
    assigned: 'Assigned',
    burned: 'Burned',
    none: 'No licenses are granted yet.',
    noneOwner: 'Grant some, or import a pack.',
    sum: 'granted = available + assigned + burned',
  },

  forecast: {
    title: 'Forecast',
    lead: 'What the entries that have not started will need.',
    caption: 'Licenses that projects need, per type',
    project: 'Project',
    type: 'Type',
    entries: 'Entries',
    burned: 'Burned',
    assigned: 'Assigned',
    open: 'Still to come',
    none: 'No project has entries yet.',
    short: (type: string, count: number) => `${type}: short by ${formatNumber(count)}`,
    shortText: (open: number, available: number) =>
      `${entries(open)} still need${open === 1 ? 's' : ''} a standard license and ${formatNumber(available)} ${available === 1 ? 'is' : 'are'} available.`,
    trial: (count: number) =>
      ` ${plural(count, 'trial license')} could start some of them, for a part of each mailbox.`,
    enough: (type: string, left: number) => `${type}: enough, ${formatNumber(left)} would be left`,
    nothing: (type: string) => `${type}: every entry has its license`,
  },

  grant: {
    action: 'Grant licenses',
    type: 'Type',
    tier: 'Tier',
    tierHelp: 'A trial license migrates a part of a mailbox; a standard one can take its place later.',
    quantity: 'How many',
    quantityWhole: 'Give a whole number from 1 to 1,000,000.',
    note: 'Note',
    noteHelp: 'For the ledger: an order or an invoice, for example.',
    done: (type: string, available: number) => `${type}: ${formatNumber(available)} available now`,
  },

  pack: {
    action: 'Import a pack',
    lead: 'A pack is a file that your provider has signed for this organization. It counts once.',
    id: 'This organization’s id, for your provider',
    choose: 'Choose the pack’s file…',
    text: 'Text of the pack',
    textHelp: 'As it is in the file: choose that, or paste it here.',
    missing: 'Choose the file of the pack, or paste its text.',
    tooLarge: 'This file is too large to be a pack.',
    only: 'This installation takes licenses from signed packs alone.',
    done: (type: string, available: number) => `${type}: ${formatNumber(available)} available now`,
  },

  ledger: {
    title: 'Ledger',
    lead: 'Every grant, assignment, release and burn, newest first. Each line’s hash covers the one before.',
    caption: 'Events of the license ledger, newest first',
    kind: 'Event',
    kinds: { grant: 'Granted', assign: 'Assigned', release: 'Released', burn: 'Burned' } as Readonly<
      Record<string, string>
    >,
    all: 'All events',
    filter: 'Events',
    number: 'No.',
    what: 'License',
    entry: 'Entry',
    who: 'By',
    when: 'When',
    quantity: (count: number, type: string, tier: string) => `${formatNumber(count)} × ${type}, ${tier.toLowerCase()}`,
    ofType: (type: string, tier: string) => `${type}, ${tier.toLowerCase()}`,
    pack: (issuer: string) => `pack of ${issuer}`,
    upgrades: (license: string) => `upgrades ${license}`,
    deleted: 'deleted',
    entryNumber: (id: number) => `Entry ${id}`,
    hash: 'Hash',
    empty: 'The ledger is empty.',
    emptyKind: 'There is no such event.',
    older: 'Older events',
  },

  verify: {
    action: 'Verify the chain',
    ok: (events: number) => `The chain holds: ${plural(events, 'event')}, from the first to the last.`,
    okText: 'Note the last hash down: with it you can tell later whether the end was cut off.',
    head: 'Last hash',
    broken: (seq: number) => `The chain is broken at event ${formatNumber(seq)}`,
    brokenText:
      'Somebody changed the database, or it was put back wrongly. Nothing can start until it is restored from a backup.',
    offline: 'The export proves the same without this server: sterna ledger verify FILE',
  },
  exportAction: 'Export (JSON)',
  exportName: (day: string) => `license-ledger-${day}.json`,
};
