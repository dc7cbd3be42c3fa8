import { liveAccount, liveScope } from '@sterna/connector-suite';
import type { GraphEnd } from '../outlook/direct-graph.ts';

/** The account of this run as a suite's endpoint, with a scope of its own. */
export function liveEnd(): {
  readonly end: GraphEnd & { readonly scope: string };
  readonly address: string;
  readonly settings: Readonly<Record<string, unknown>>;
} {
  const { connectorSettings, address, password } = liveAccount();
  const { baseUrl, loginUrl, tenant, clientId } = connectorSettings as Partial<Record<string, string>>;
  return {
    end: {
      baseUrl: baseUrl ?? 'https://graph.microsoft.com',
      signIn: {
        loginUrl: loginUrl ?? 'https://login.microsoftonline.com',
        ...(tenant === undefined ? {} : { tenant }),
        ...(clientId === undefined ? {} : { clientId }),
        secret: password,
      },
      scope: liveScope(),
    },
    address,
    settings: connectorSettings,
  };
}
