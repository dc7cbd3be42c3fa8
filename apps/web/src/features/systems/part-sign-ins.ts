import { type FormObject, isLeftOut, type JsonSchema } from '../../forms/json-schema.ts';
import { strings } from '../../strings.ts';
import type { Connector, System } from './connector-layouts.ts';

/** The sign-in of one server of a mailbox: as that of the mailbox or as it is stored, its own, or none any more. */
export interface PartSignIn {
  readonly change: 'keep' | 'set' | 'forget';
  readonly user: string;
  readonly password: string;
  readonly accessToken: string;
}
export type PartSignIns = Readonly<Record<string, PartSignIn>>;

const UNCHANGED: PartSignIn = { change: 'keep', user: '', password: '', accessToken: '' };

export const partSignIns = (connector: Connector): PartSignIns =>
  Object.fromEntries((connector.parts ?? []).map((key) => [key, UNCHANGED]));

export const hasOwnSignIn = (system: System | undefined, key: string): boolean =>
  system?.credentials.parts?.includes(key) === true;

/** Servers that the system has, and those that a sign-in is still stored for. */
export const partsToAsk = (
  connector: Connector,
  schema: JsonSchema,
  settings: FormObject,
  system: System | undefined,
): readonly string[] =>
  (connector.parts ?? []).filter((key) => hasOwnSignIn(system, key) || !isLeftOut(schema, key, settings[key]));

export function partProblems(parts: PartSignIns): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(parts)
      .filter(([, part]) => part.change === 'set' && Object.keys(given(part)).length === 0)
      .map(([key]) => [`parts.${key}.password`, strings.systems.partSignIn.needed]),
  );
}

/** As the API takes them: null forgets, what isn't named stays. */
export function partChanges(parts: PartSignIns) {
  return Object.fromEntries(
    Object.entries(parts)
      .filter(([, { change }]) => change !== 'keep')
      .map(([key, part]) => [key, part.change === 'forget' ? null : given(part)]),
  );
}

/** Of a new system, which has none to forget. */
export const newParts = (parts: PartSignIns) =>
  Object.fromEntries(
    Object.entries(parts).flatMap(([key, part]) => (part.change === 'set' ? [[key, given(part)]] : [])),
  );

const given = ({ user, password, accessToken }: PartSignIn) => ({
  ...(user.trim() === '' ? {} : { user: user.trim() }),
  ...(password === '' ? {} : { password }),
  ...(accessToken === '' ? {} : { accessToken }),
});
