import { refusal } from '../errors.ts';
import type { ImapConnection, Part, Untagged } from './connection.ts';

/** A mailbox as SELECT or EXAMINE described it at that moment. */
export interface Selected {
  /** As it was sent; compared to know whether it is still the one. */
  readonly wire: string;
  readonly readOnly: boolean;
  readonly uidValidity: number;
  /** Undefined where the server doesn't tell (before RFC 3501). */
  readonly uidNext: number | undefined;
  readonly exists: number;
  /** Decimal; undefined where the mailbox has none (NOMODSEQ). Up to 63 bits, so never a number. */
  readonly highestModseq: string | undefined;
  /** Flags that a client may change for good; `\*`: any keyword. Undefined where not told: all. */
  readonly permanentFlags: readonly string[] | undefined;
}

export interface SelectOptions {
  readonly readOnly: boolean;
  /** ` (CONDSTORE)`, ` (QRESYNC (…))` */
  readonly parameters?: string;
  /** VANISHED and FETCH that QRESYNC sends along. */
  readonly untagged?: (response: Untagged) => boolean;
}

/** @throws SternaError as `refusal`; `object` / `container-gone` for a mailbox that isn't there */
export async function select(
  connection: ImapConnection,
  mailbox: Part,
  wire: string,
  options: SelectOptions,
): Promise<Selected> {
  let uidValidity = 0;
  let uidNext: number | undefined;
  let exists = 0;
  let highestModseq: string | undefined;
  let permanentFlags: readonly string[] | undefined;
  const untagged = (response: Untagged): boolean => {
    const { name, code } = response;
    if (name === 'EXISTS') exists = response.number ?? 0;
    else if (name === 'OK' && code !== undefined) {
      if (code.name === 'UIDVALIDITY') uidValidity = Number(code.args) || 0;
      else if (code.name === 'UIDNEXT') uidNext = Number(code.args) || undefined;
      else if (code.name === 'HIGHESTMODSEQ' && /^[1-9]\d{0,19}$/.test(code.args)) highestModseq = code.args;
      else if (code.name === 'PERMANENTFLAGS') permanentFlags = code.args.replace(/[()]/g, ' ').trim().split(/\s+/);
    } else return options.untagged?.(response) ?? false;
    return true;
  };
  const verb = options.readOnly ? 'EXAMINE ' : 'SELECT ';
  const reply = await connection.run([verb, mailbox, options.parameters ?? ''], { untagged });
  if (reply.status !== 'OK') {
    // Servers without response codes: a mailbox that can't be opened is taken for one that isn't there.
    const code = reply.code ?? { name: 'NONEXISTENT', args: '' };
    throw refusal('to open a folder', { ...reply, code });
  }
  const readOnly = options.readOnly || reply.code?.name === 'READ-ONLY';
  return { wire, readOnly, uidValidity, uidNext, exists, highestModseq, permanentFlags };
}
