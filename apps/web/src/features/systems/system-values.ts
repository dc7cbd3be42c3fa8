import {
  type FormObject,
  formValueOf,
  isLeftOut,
  isObject,
  type JsonSchema,
  jsonOf,
  problemsOf,
} from '../../forms/json-schema.ts';
import { strings } from '../../strings.ts';
import { type Connector, layoutOf, type System, type Way, wayOf } from './connector-layouts.ts';
import { newParts, type PartSignIns, partChanges, partProblems, partSignIns } from './part-sign-ins.ts';

export interface SystemValues extends Record<string, unknown> {
  name: string;
  settings: FormObject;
  way: Way;
  user: string;
  password: string;
  accessToken: string;
  /** Of servers that are signed in to differently, by their key. */
  parts: PartSignIns;
}

export const schemaOf = (connector: Connector): JsonSchema =>
  isObject(connector.settingsSchema) ? (connector.settingsSchema as JsonSchema) : { type: 'object', properties: {} };

export const valuesOf = (connector: Connector, system: System | undefined, name = ''): SystemValues => ({
  name: system?.name ?? name,
  settings: formValueOf(schemaOf(connector), system?.settings) as FormObject,
  way: system === undefined ? 'entry' : wayOf(system),
  user: '',
  password: '',
  accessToken: '',
  parts: partSignIns(connector),
});

/** By a name that is a setting. */
const signsInForOthers = (way: Way): boolean => way === 'master' || way === 'authzid';

const hasWays = (connector: Connector): boolean => (layoutOf(connector.name).ways?.length ?? 0) > 0;

export function problemsOfValues(
  connector: Connector,
  system: System | undefined,
  values: SystemValues,
): Readonly<Record<string, string>> {
  return {
    ...(values.name.trim() === '' ? { name: strings.forms.required } : {}),
    ...problemsOf(schemaOf(connector), values.settings, 'settings', strings.forms),
    ...noPart(connector, values),
    ...partProblems(values.parts),
    ...(hasWays(connector) ? signInProblems(system, values) : {}),
  };
}

/** Several servers of which each may be missing, but not all. */
function noPart(connector: Connector, { settings }: SystemValues): Readonly<Record<string, string>> {
  const { parts = {} } = layoutOf(connector.name);
  const schema = schemaOf(connector);
  const keys = Object.keys(parts);
  const [first] = keys;
  if (first === undefined || keys.some((key) => !isLeftOut(schema, key, settings[key]))) return {};
  const name = layoutOf(first).first[0] ?? '';
  return { [`settings.${first}.${name}`]: strings.systems.partNeeded };
}

function signInProblems(system: System | undefined, values: SystemValues): Readonly<Record<string, string>> {
  const { required } = strings.forms;
  const { way, user, password, accessToken, settings } = values;
  const hasSecret = password !== '' || accessToken !== '';
  const stored = system?.credentials;
  const isStored = stored?.password === true || stored?.accessToken === true;
  // Name and password are stored together: one alone would throw the other away.
  const needsUser = way === 'account' && user === '' && (hasSecret || stored?.user !== true);
  const needsSecret = way !== 'entry' && !hasSecret && (!isStored || (way === 'account' && user !== ''));
  return {
    ...(signsInForOthers(way) && String(settings.masterUser ?? '') === '' ? { 'settings.masterUser': required } : {}),
    ...(needsUser ? { user: required } : {}),
    ...(needsSecret ? { password: required } : {}),
  };
}

/** A new system, as the API takes it. */
export function newSystemOf(connector: Connector, values: SystemValues) {
  const body = bodyOf(connector, values);
  const parts = newParts(values.parts);
  if (Object.keys(parts).length === 0) return body;
  return { ...body, credentials: { ...body.credentials, parts } };
}

/** A change of one. Servers with a sign-in of their own keep it unless it is changed here. */
export function changesOf(connector: Connector, values: SystemValues) {
  const body = bodyOf(connector, values);
  return connector.parts === undefined ? body : { ...body, credentialParts: partChanges(values.parts) };
}

/** Credentials are left out where the stored ones stay. */
function bodyOf(connector: Connector, values: SystemValues) {
  const settings = jsonOf(schemaOf(connector), values.settings) as Record<string, unknown>;
  const { password, accessToken, way } = values;
  const user = way === 'account' || !hasWays(connector) ? values.user : '';
  const given = {
    ...(user === '' ? {} : { user }),
    ...(password === '' ? {} : { password }),
    ...(accessToken === '' ? {} : { accessToken }),
  };
  const credentials: { credentials?: typeof given } = Object.keys(given).length > 0 ? { credentials: given } : {};
  if (!hasWays(connector)) return { name: values.name, settings, ...credentials };
  const { masterUser, masterSeparator, authzid: _, ...rest } = settings;
  return {
    name: values.name,
    settings: {
      ...rest,
      ...(signsInForOthers(way) ? { masterUser } : {}),
      ...(way === 'master' ? { masterSeparator } : {}),
      ...(way === 'authzid' ? { authzid: true } : {}),
    },
    // Where each entry brings its own, one that is stored here would be tried for all of them.
    ...(way === 'entry' ? { credentials: {} } : credentials),
  };
}
