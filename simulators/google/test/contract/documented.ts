/** What the descriptions don't say but Google's pages do: faults that aren't any, each with its page. */
export const EXCEPTIONS: readonly { readonly fault: RegExp; readonly page: string }[] = [
  {
    // Described as output only, but the way to say whom to share with.
    fault: /^drive\.permissions\.create: body: (?:emailAddress|domain): only the service sets it$/,
    page: 'https://developers.google.com/workspace/drive/api/guides/manage-sharing',
  },
  {
    // The etag of what is changed, in metadata.sources.
    fault:
      /^people\.people\.(?:updateContact|batchUpdateContacts): body: (?:contacts\..*)?metadata: only the service sets it$/,
    page: 'https://developers.google.com/people/api/rest/v1/people/updateContact',
  },
  {
    // A wall clock, where timeZone says whose.
    fault:
      /^calendar\.events\.(?:insert|import|update|patch): body: (?:start|end|originalStartTime)\.dateTime: .* is no date-time$/,
    page: 'https://developers.google.com/workspace/calendar/api/v3/reference/events#start.dateTime',
  },
];
