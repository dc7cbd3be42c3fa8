import { asSternaError, type SternaError } from '@sterna/core';

/**
 * An error as one or two plain lines: what and where, then `Fix: …`. The stack is for us alone (STERNA_DEBUG=1):
 * a user can't act on it.
 */
export function failureLines(thrown: unknown, debug: boolean): string[] {
  const error = asSternaError(thrown);
  const lines = [`sterna: ${oneLine(error.message)}${place(error)}`];
  if (error.fix !== undefined) lines.push(`Fix: ${oneLine(error.fix)}`);
  else if (error.class === 'bug')
    lines.push('Fix: run again with STERNA_DEBUG=1 and report what it prints; this is a fault in Sterna.');
  if (debug) lines.push(debugText(error));
  return lines;
}

/** The same for `--json`: on stderr, so that stdout stays the command's own. */
export function failureJson(thrown: unknown): string {
  const error = asSternaError(thrown);
  return JSON.stringify({
    error: {
      code: error.code,
      class: error.class,
      message: error.message,
      fix: error.fix,
      field: error.field,
      line: error.line,
      details: error.details,
    },
  });
}

function place(error: SternaError): string {
  const parts = [
    ...(error.line === undefined ? [] : [`line ${error.line}`]),
    ...(error.field === undefined ? [] : [error.field]),
  ];
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`;
}

const oneLine = (text: string): string => text.replace(/\s*[\r\n]+\s*/g, ' ').trim();

function debugText(error: Error): string {
  const chain: string[] = [];
  for (let at: unknown = error; at instanceof Error; at = at.cause) chain.push(at.stack ?? at.message);
  return chain.join('\nCaused by: ');
}
