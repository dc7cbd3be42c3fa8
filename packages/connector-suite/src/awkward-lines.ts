/**
 * What programs write into a text of any kind and readers stumble over, by a label: lines as they are, not folded.
 *
 * @param make an object of this UID
 * @param end the line that ends it
 * @param text name of a property that holds text
 */
export function awkwardLines(
  make: (uid: string) => Buffer,
  end: string,
  text: 'DESCRIPTION' | 'NOTE',
): Record<string, Buffer> {
  const withLine = (uid: string, line: string): Buffer =>
    Buffer.from(
      make(uid)
        .toString('utf8')
        .replace(end, () => `${line}\r\n${end}`),
    );
  return {
    'folds where none need be': withLine('fold', `${text}:${'ä'.repeat(20)}\r\n ${'ö'.repeat(90)}`),
    'escapes and what looks like markup': withLine('escape', `${text}:a\\, b\\; c\\nd \\\\ <tag> & "quote"`),
    'words that end an object, in a text': withLine('words', `${text}:\\nEND:VCALENDAR\\nEND:VCARD\\nBEGIN:VEVENT`),
    'an unknown property with parameters': withLine('unknown', 'X-SUITE;X-P="a:b;c";X-Q=d:value;with:all'),
    'a line without folds': withLine('unfolded', `${text}:${'long '.repeat(5_000)}end`),
    'characters beyond the first plane': withLine('plane', `${text}:\u{1f4c5} \u{20000}`),
    'a UID of another shape': make('urn:uuid:4fbe8971-0bc3-424c-9c26-36c3e1eff6b1/%2F..~'),
  };
}
