export interface MessageBody {
  readonly contentType: 'text' | 'html';
  readonly content: string;
}

/** Characters: shorter ones stay as they are. */
const SHORT = 1_024;

/**
 * A body as a mailbox keeps it: in octets beside the heap. As strings, some ten thousand messages made the collector of a
 * simulator that takes in mail stand still for a twentieth of the time, and with it all who wait for an answer.
 */
export function keptBody(body: MessageBody): MessageBody {
  return body instanceof KeptBody || body.content.length <= SHORT || !body.content.isWellFormed()
    ? body
    : new KeptBody(body);
}

/** What it takes up, roughly. */
export const bodySize = (body: MessageBody): number =>
  body instanceof KeptBody ? body.octets.length : body.content.length;

/** The first characters, no less than wanted where there are as many; the last of them may be cut. */
export const bodyBeginning = (body: MessageBody, characters: number): string =>
  body instanceof KeptBody ? body.octets.toString('utf8', 0, 4 * characters) : body.content.slice(0, characters);

class KeptBody implements MessageBody {
  readonly contentType: MessageBody['contentType'];
  readonly octets: Buffer;

  constructor({ contentType, content }: MessageBody) {
    this.contentType = contentType;
    this.octets = Buffer.from(content, 'utf8');
  }

  get content(): string {
    return this.octets.toString('utf8');
  }
}
