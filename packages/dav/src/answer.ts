/** What a server answered, whole. */
export interface DavAnswer {
  readonly status: number;
  readonly body: Buffer;
  /** Where the answer came from, after redirects. */
  readonly url: URL;
  header(name: string): string | undefined;
}
