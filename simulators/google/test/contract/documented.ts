/** What the descriptions don't say but Google's pages do: faults that aren't any, each with its page. */
export const EXCEPTIONS: readonly { readonly fault: RegExp; readonly page: string }[] = [
  {
    // Described as output only, but the way to say whom to share with.
    fault: /^drive\.permissions\.create: body: (?:emailAddress|domain): only the service sets it$/,
    page: 'https://developers.google.com/workspace/drive/api/guides/manage-sharing',
  },
];
