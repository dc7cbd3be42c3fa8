/** The `Prefer` header, names in lower case: `IdType="ImmutableId", odata.maxpagesize=50, respond-async`. */
export function parsePreferences(header: string | undefined): Map<string, string> {
  const preferences = new Map<string, string>();
  for (const part of header?.match(/(?:[^,"]|"[^"]*")+/g) ?? []) {
    const [name = '', value = ''] = part.split(/=(.*)/s).map((text) => text.trim());
    if (name !== '') preferences.set(name.toLowerCase(), value.replace(/^"(.*)"$/, '$1'));
  }
  return preferences;
}
