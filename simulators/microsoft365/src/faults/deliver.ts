import type { Fault, Incoming, Reply } from '@sterna/simulator-kit';
import type { Cloud } from '../cloud.ts';
import { errorReply } from '../http/dispatch.ts';
import { GraphError } from '../http/errors.ts';

const CODES: Readonly<Record<number, string>> = {
  429: 'TooManyRequests',
  500: 'InternalServerError',
  502: 'BadGateway',
  503: 'ServiceUnavailable',
  504: 'GatewayTimeout',
};

export function faultReply(cloud: Cloud, incoming: Incoming, fault: Fault & { kind: 'answer' }): Reply {
  const headers: Record<string, string> =
    fault.retryAfter === undefined ? {} : { 'retry-after': String(fault.retryAfter) };
  const code = fault.code ?? CODES[fault.status] ?? 'UnknownError';
  return errorReply(cloud, incoming, new GraphError(fault.status, code, 'The service had a problem.', { headers }));
}
