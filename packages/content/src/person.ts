import type { MappingLookup } from '@sterna/core';

export interface Person {
  readonly address: string;
  readonly name?: string;
}

/** Who somebody is at the target. One whom the mapping table doesn't know keeps the address. */
export function personAtTarget(person: Person, mapping: MappingLookup): Person {
  const address = mapping(person.address);
  return address === undefined ? person : { ...person, address };
}

/** Names are those of the directory, and others in another one. */
export const personMeaning = ({ address }: Person): string => address.trim().toLowerCase();
