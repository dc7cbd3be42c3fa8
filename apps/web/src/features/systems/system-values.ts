import {
  type FormObject,
  formValueOf,
  isObject,
  type JsonSchema,
  jsonOf,
  problemsOf,
} from '../../forms/json-schema.ts';
import { strings } from '../../strings.ts';
import { type Connector, layoutOf, type System, type Way, wayOf } from './connector-layouts.ts';

export interface SystemValues extends Record<string, unknown> {
  name: string;
  settings: FormObject;
  way: Way;
  user: string;
  password: string;
  accessToken: string;
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
});

const signsInForOthers = (way: Way): boolean => way === 'master' || way === 'authzid';

export function problemsOfValues(
  connector: Connector,
  system: System | undefined,
  values: SystemValues,
): Readonly<Record<string, string>> {
  const { required } = strings.forms;
  const { signIn } = layoutOf(connector.name);
  const hasStored = system?.credentials.password === true || system?.credentials.accessToken === true;
  const needsUser = signIn === 'ways' && signsInForOthers(values.way);
  const needsPassword = signIn === 'ways' && values.way !== 'entry' && !hasStored;
  return {
    ...(values.name.trim() === '' ? { name: required } : {}),
    ...problemsOf(schemaOf(connector), values.settings, 'settings', strings.forms),
    ...(needsUser && String(values.settings.masterUser ?? '') === '' ? { 'settings.masterUser': required } : {}),
    ...(needsPassword && values.password === '' && values.accessToken === ''
      ? { password: strings.systems.passwordNeeded }
      : {}),
  };
}

/** What the API takes. Credentials are left out where the stored ones stay. */
export function bodyOf(connector: Connector, values: SystemValues) {
  const settings = jsonOf(schemaOf(connector), values.settings) as Record<string, unknown>;
  const { user, password, accessToken, way } = values;
  const given = {
    ...(user === '' ? {} : { user }),
    ...(password === '' ? {} : { password }),
    ...(accessToken === '' ? {} : { accessToken }),
  };
  const hasGiven = Object.keys(given).length > 0;
  if (layoutOf(connector.name).signIn !== 'ways')
    return { name: values.name, settings, ...(hasGiven ? { credentials: given } : {}) };
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
    ...(way === 'entry' ? { credentials: {} } : hasGiven ? { credentials: given } : {}),
  };
}
