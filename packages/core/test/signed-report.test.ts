import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { GENESIS, linkFacts, parseSignedReport, reportBytes, requireReach, type SignedReport } from '../src/index.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const LICENSE = { type: 'mail', tier: 'standard' } as const;
const ledgerOf = (quantity: number) => ({
  organization: 'tern',
  events: linkFacts(
    sha256,
    'tern',
    { seq: 0, hash: GENESIS },
    [
      { kind: 'grant', data: { ...LICENSE, quantity } },
      { kind: 'assign', license: 'L1-1', entry: 7, data: LICENSE },
      { kind: 'burn', license: 'L1-1', entry: 7, data: LICENSE },
    ],
    { actor: 'ada', at: '2026-01-01T00:00:00.000Z' },
  ),
});

function reportAt(seq: number, hash: string, content: object = {}): SignedReport {
  const proof = {
    format: 'sterna-report/1',
    kind: 'entry',
    organization: 'tern',
    signedAt: '2026-01-02T00:00:00.000Z',
    ledger: { seq, hash },
    key: `${'A'.repeat(59)}=`,
    signature: `${'A'.repeat(86)}==`,
  } as const;
  return { ...content, proof };
}

describe('a ledger reaches a report', () => {
  const ledger = ledgerOf(1);
  const { hash } = ledger.events[2] as (typeof ledger.events)[number];

  test('whose head is in it, at its end or before, or which was made before any license', () => {
    for (const event of ledger.events) requireReach(reportAt(event.seq, event.hash), ledger);
    requireReach(reportAt(0, GENESIS), { ...ledger, events: [] });
  });

  test('but not where its end is cut off; burns that the report tells of are named', () => {
    const cut = { ...ledger, events: ledger.events.slice(0, 2) };
    const entry = { id: 7, licenses: [{ id: 'L1-1', burned: true }] };
    expect(() => requireReach(reportAt(3, hash, { entry }), cut)).toThrow(
      /ends at event 2; .* not here: L1-1 \(entry 7\)\./,
    );
    const entries = Array.from({ length: 12 }, (_, at) => ({ entryId: at, license: `L1-${at + 1}` }));
    expect(() => requireReach(reportAt(3, hash, { entries }), cut)).toThrow(/L1-10 \(entry 9\) and 2 more\./);
    expect(() => requireReach(reportAt(3, hash), cut)).toThrow(/knew 3\.$/);
  });

  test('nor where another history took its place, or it is another organization’s', () => {
    expect(() => requireReach(reportAt(3, hash), ledgerOf(2))).toThrow(
      expect.objectContaining({ code: 'report-not-in-ledger' }),
    );
    expect(() => requireReach(reportAt(3, hash), { ...ledger, organization: 'gull' })).toThrow(
      expect.objectContaining({ code: 'report-other-organization' }),
    );
  });
});

test('what is signed is every member but the signature, in whatever order and with whatever white space', () => {
  const report = reportAt(3, 'a'.repeat(64), { b: 1, a: 2 });
  const text = (value: SignedReport) => Buffer.from(reportBytes(value)).toString();
  const { a, b, proof } = report as SignedReport & { a: number; b: number };
  expect(text(parseSignedReport(JSON.stringify({ proof, a, b }, null, 4)))).toBe(text(report));
  expect(text({ ...report, proof: { ...proof, signature: 'other' } })).toBe(text(report));
  expect(text({ ...report, proof: { ...proof, signedAt: '2026-01-03T00:00:00.000Z' } })).not.toBe(text(report));
  expect(text({ ...report, more: true })).not.toBe(text(report));
  expect(() => parseSignedReport('{"proof":{}}')).toThrow(expect.objectContaining({ code: 'report-file-invalid' }));
});
