import type { Call } from '../http/call.ts';
import { forbidden, GoogleError, notFound } from '../http/errors.ts';
import type { Domain, Group, User } from '../state/domain.ts';

/** Only an administrator of the domain sees and changes its directory. Throws 403 for anybody else. */
export function requireAdmin(call: Call): Domain {
  if (!call.user.isAdmin) throw forbidden('Not Authorized to access this resource/api');
  return call.domain;
}

/** The domain that `customer` (`my_customer` or its id) or `domain` names. Throws 400 without either, 404 for another's. */
export function domainAsked(call: Call): Domain {
  const own = requireAdmin(call);
  const customer = call.query.text('customer');
  const domain = call.query.text('domain');
  if (customer === undefined && domain === undefined) throw new GoogleError(400, 'badRequest', 'Bad Request');
  if (customer !== undefined && customer !== 'my_customer' && customer !== own.id)
    throw new GoogleError(400, 'badRequest', 'Bad Request');
  if (domain !== undefined && domain.toLowerCase() !== own.name) throw notFound('Domain not found.');
  return own;
}

export function userFor(call: Call): User {
  const user = requireAdmin(call).user(call.parameter('userKey'));
  if (user === undefined) throw notFound('Resource Not Found: userKey');
  return user;
}

export function groupFor(call: Call): Group {
  const group = requireAdmin(call).group(call.parameter('groupKey'));
  if (group === undefined) throw notFound('Resource Not Found: groupKey');
  return group;
}

/** An address in the domain that nobody has yet, in lower case. Throws 400 or 409. */
export function freeAddress(domain: Domain, value: unknown, name: string): string {
  const address = typeof value === 'string' ? value.toLowerCase() : '';
  if (!/^[^\s@]+@[^\s@]+$/.test(address)) throw new GoogleError(400, 'invalid', `Invalid Input: ${name}`);
  if (!domain.has(address)) throw notFound('Domain not found.');
  if (domain.user(address) !== undefined || domain.group(address) !== undefined) {
    throw new GoogleError(409, 'duplicate', 'Entity already exists.');
  }
  return address;
}
