import type { SystemConfig } from '@sterna/connector-kit';
import { liveAccount, liveScope } from '@sterna/connector-suite';
import type { GoogleEnd } from '../items/direct-google.ts';
import { LiveGoogle } from './live-google.ts';

/** The account of this run as a suite's endpoint, with a scope of its own. */
export function liveEnd(): {
  readonly end: GoogleEnd & { readonly scope: string };
  readonly account: { readonly system: SystemConfig; readonly address: string };
} {
  const { connectorSettings, address, password } = liveAccount();
  const google = new LiveGoogle(liveAccount());
  return {
    end: {
      scope: liveScope(),
      request: (method, path, body, headers) => google.call(method, path, body, headers),
    },
    account: { system: { settings: connectorSettings, credentials: { password } }, address },
  };
}
