import type { User } from '../state/domain.ts';
import type { Json } from './store.ts';

/** An account of the domain, as the person behind `people/me` and `people/{account}`. */
export function profileJson(user: User, mask: readonly string[], baseUrl: string): Json {
  const source = { type: 'PROFILE', id: user.id };
  const metadata = { primary: true, sourcePrimary: true, source };
  const all: Json = {
    names: [
      {
        metadata,
        displayName: `${user.givenName} ${user.familyName}`.trim(),
        familyName: user.familyName,
        givenName: user.givenName,
        displayNameLastFirst: `${user.familyName}, ${user.givenName}`,
        unstructuredName: `${user.givenName} ${user.familyName}`.trim(),
      },
    ],
    emailAddresses: [{ metadata: { ...metadata, verified: true }, value: user.primaryEmail }],
    photos: [{ metadata: { primary: true, source }, url: `${baseUrl}/contact-photos/default=s100`, default: true }],
    metadata: { sources: [{ type: 'PROFILE', id: user.id, etag: `#${user.id}` }], objectType: 'PERSON' },
    ...(user.jobTitle !== undefined && { organizations: [{ metadata, title: user.jobTitle }] }),
  };
  return {
    resourceName: `people/${user.id}`,
    etag: `%${user.id}`,
    ...Object.fromEntries(Object.entries(all).filter(([name]) => mask.includes(name))),
  };
}
