import type { Component, Property } from './content-line.ts';

/** Octets of a line without its end (RFC 5545 section 3.1). */
const LINE_OCTETS = 75;

export function writeComponents(components: readonly Component[]): Buffer {
  const lines: string[] = [];
  const write = (component: Component): void => {
    lines.push(`BEGIN:${component.name}`);
    for (const property of component.properties) lines.push(...folded(writeProperty(property)));
    component.components.forEach(write);
    lines.push(`END:${component.name}`);
  };
  components.forEach(write);
  return Buffer.from(`${lines.join('\r\n')}\r\n`, 'utf8');
}

export function writeProperty({ group, name, parameters, value }: Property): string {
  const written = parameters.map((one) => `;${one.name}=${one.values.map(quoted).join(',')}`).join('');
  return `${group === undefined ? '' : `${group}.`}${name}${written}:${value}`;
}

/** RFC 6868 for what a quoted value can't hold. */
function quoted(value: string): string {
  const safe = value
    .replace(/\^/g, '^^')
    .replace(/\r\n|\n|\r/g, '^n')
    .replace(/"/g, "^'");
  return /[:;,]/.test(safe) || safe === '' ? `"${safe}"` : safe;
}

/** Never inside a character: a surrogate pair stays whole. */
function folded(line: string): string[] {
  if (Buffer.byteLength(line) <= LINE_OCTETS) return [line];
  const lines: string[] = [];
  let current = '';
  let octets = 0;
  for (const sign of line) {
    const size = Buffer.byteLength(sign);
    if (octets + size > LINE_OCTETS) {
      lines.push(current);
      current = ' ';
      octets = 1;
    }
    current += sign;
    octets += size;
  }
  lines.push(current);
  return lines;
}
