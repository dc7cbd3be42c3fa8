import { randomBytes } from 'node:crypto';

/**
 * Our mark on what we create: the create itself carries it, and no client shows it. It says whose it is and what was
 * sent, because Google writes contents anew: what it returns proves nothing.
 */
export interface Stamp {
  /** 8 hex digits. */
  readonly installation: string;
  /** `incomplete`: of a create of several steps, until its last one. */
  readonly state: 'whole' | 'incomplete';
  /** 16 bytes: the engine's digest of what was sent. */
  readonly digest: Buffer;
  /** Another one for each send, 16 hex digits: a copy that people make has that of its original. */
  readonly send: string;
}

export const newSend = (): string => randomBytes(8).toString('hex');

export const stampText = ({ installation, state, digest, send }: Stamp): string =>
  `${installation}.${state[0]}.${digest.toString('hex')}.${send}`;

/** Undefined for what is none of ours. */
export function stampIn(text: string | undefined): Stamp | undefined {
  const found = /^([0-9a-f]{8})\.([wi])\.([0-9a-f]{32})\.([0-9a-f]{16})$/.exec(text ?? '');
  if (found === null) return undefined;
  const [, installation, state, digest, send] = found as unknown as [string, string, string, string, string];
  return {
    installation,
    state: state === 'w' ? 'whole' : 'incomplete',
    digest: Buffer.from(digest, 'hex'),
    send,
  };
}
