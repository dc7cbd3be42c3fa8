/**
 * What the stream of an object threw, or is at fault for. It comes from another system: its errors, even where they look
 * like those of a disk, are not of the disk that is written to.
 */
export class BodyError extends Error {
  readonly original: unknown;

  constructor(original: unknown) {
    super('The stream failed', { cause: original });
    this.original = original;
  }
}

/** @throws BodyError */
export async function* fromBody(body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* body;
  } catch (thrown) {
    throw new BodyError(thrown);
  }
}
