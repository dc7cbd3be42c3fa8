import type { SternaError } from '@sterna/core';

/** Documented in `sterna --help` and docs: scripts depend on these numbers. */
export const EXIT = {
  ok: 0,
  unexpected: 1,
  usage: 2,
  someFailed: 3,
  unbalanced: 4,
  auth: 5,
  unreachable: 6,
  noLicense: 7,
  interrupted: 130,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export const EXIT_HELP = `Exit codes:
  0    done; a pass: balanced, nothing failed or uncertain
  1    unexpected error
  2    wrong usage or bad input
  3    a pass balanced, but some objects failed or are uncertain; a bulk action was refused for some entries
  4    a pass failed, or its books don't balance, or a check found differences
  5    sign-in refused or rights missing
  6    server or system not reachable, or out of order for now
  7    no license left, or the license can't be used
  130  interrupted`;

/** How a failed command ends, from how the error behaves. */
export function exitCodeOf(error: SternaError): ExitCode {
  if (error.code === 'interrupted') return EXIT.interrupted;
  if (error.code.startsWith('license-') || error.code === 'no-license') return EXIT.noLicense;
  switch (error.class) {
    case 'config':
      return EXIT.usage;
    case 'auth':
      return EXIT.auth;
    case 'transient':
    case 'throttled':
      return EXIT.unreachable;
    default:
      return EXIT.unexpected;
  }
}
