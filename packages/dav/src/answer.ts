/** What a server answered, whole. */
export interface DavAnswer {
  readonly status: number;
  readonly body: Buffer;
  /** Where the answer came from, after redirects. */
  readonly url: URL;
  header(name: string): string | undefined;
  /** An earlier try of this very request may have taken effect: its answer was lost. */
  readonly repeated: boolean;
}

/** What a server answers whose body comes piece by piece. It must be read to its end, or left. */
export interface DavStreamAnswer extends Omit<DavAnswer, 'body'> {
  readonly body: AsyncIterable<Buffer>;
  /** Instead of `body`, where it is small. @throws SternaError transient `dav-answer-invalid` beyond `most` bytes */
  whole(most: number): Promise<Buffer>;
  /** Ends the transfer; safe to call at any time. */
  leave(): void;
}
