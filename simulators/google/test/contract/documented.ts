/** What the descriptions don't say but Google's pages do: faults that aren't any, each with its page. */
export const EXCEPTIONS: readonly { readonly fault: RegExp; readonly page: string }[] = [];
