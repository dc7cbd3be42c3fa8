/** What the descriptions don't say but Google's pages do: faults that aren't any, each with its page. */
export const EXCEPTIONS: readonly { readonly fault: RegExp; readonly page: string }[] = [
  {
    // A wall clock, where timeZone says whose.
    fault: /^calendar\.events\.(?:insert|import|update|patch): body: (?:start|end|originalStartTime)\.dateTime: .* is no date-time$/,
    page: 'https://developers.google.com/workspace/calendar/api/v3/reference/events#start.dateTime',
  },
];
