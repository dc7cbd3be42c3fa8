/** A parameter and its values, quotes taken off. Names in upper case. */
export interface Parameter {
  readonly name: string;
  readonly values: readonly string[];
}

/** One content line (RFC 5545 section 3.1, RFC 6350 section 3.3): `group.NAME;PARAM=a,"b":value`, the value as it stands. */
export interface Property {
  readonly group: string | undefined;
  /** Upper case. */
  readonly name: string;
  readonly parameters: readonly Parameter[];
  /** Still escaped: what a `,` or `;` means depends on the property. */
  readonly value: string;
}

export interface Component {
  /** Upper case. */
  readonly name: string;
  readonly properties: readonly Property[];
  readonly components: readonly Component[];
}

export const parameterOf = (property: Property, name: string): string | undefined =>
  property.parameters.find((one) => one.name === name)?.values[0];

export const withParameter = (property: Property, name: string, value: string | undefined): Property => ({
  ...property,
  parameters: [
    ...property.parameters.filter((one) => one.name !== name),
    ...(value === undefined ? [] : [{ name, values: [value] }]),
  ],
});

export const propertiesOf = (component: Component, name: string): readonly Property[] =>
  component.properties.filter((one) => one.name === name);

export const firstValue = (component: Component, name: string): string | undefined =>
  component.properties.find((one) => one.name === name)?.value;

/** TEXT as people read it (RFC 5545 section 3.3.11). */
export const unescapeText = (value: string): string =>
  value.replace(/\\([\\;,nN:"])/g, (_, sign: string) => (sign === 'n' || sign === 'N' ? '\n' : sign));

export const escapeText = (text: string): string => text.replace(/[\\;,]/g, '\\$&').replace(/\r\n|\r|\n/g, '\\n');
