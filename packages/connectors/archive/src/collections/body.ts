import type { ContentKind } from '@sterna/core';
import { SternaError } from '@sterna/core';
import { keyOf, versionOf } from './object-file.ts';
import { LineScanner } from './scan/lines.ts';
import type { Scan } from './scan/scanned.ts';
import type { Syntax } from './syntax.ts';

/** Looks through what is in memory; the scan knows afterwards what it found. */
export function scanned<T extends Scan>(scan: T, body: Buffer): T {
  const lines = new LineScanner((line) => scan.line(line));
  lines.push(body).end();
  return scan;
}

/**
 * The natural key and the version of an object that is to be written.
 *
 * @throws SternaError object: it isn't one object of this kind
 */
export function identify(body: Buffer, kind: ContentKind, syntax: Syntax): { key: string; version: string } {
  const { objects } = scanned(syntax.scan(), body).end();
  const [object] = objects;
  if (object === undefined || objects.length > 1 || object.kind !== kind || object.problem !== undefined)
    throw new SternaError('object', `invalid-${kind}`, `This is not one ${kind} that a file can hold.`, {
      fix: 'Open it in a program of the source and save it again, then start a delta pass.',
    });
  return { key: keyOf(kind, object.uid, body), version: versionOf(kind, body) };
}
