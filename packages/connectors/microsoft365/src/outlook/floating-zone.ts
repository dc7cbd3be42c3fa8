import { ianaOf, UTC } from '@sterna/content';
import { SternaError } from '@sterna/core';
import type { PartContext } from '../part.ts';

/**
 * The IANA zone of the mailbox, which times without a zone are taken to be in. Where the app may not see it: UTC.
 * https://learn.microsoft.com/en-us/graph/api/user-get-mailboxsettings
 */
export class FloatingZone {
  readonly #context: PartContext;
  #asked: Promise<string> | undefined;

  constructor(context: PartContext) {
    this.#context = context;
  }

  /** Asked for once in a session, and only where something needs it. */
  zone(): Promise<string> {
    this.#asked ??= this.#ask();
    return this.#asked;
  }

  /** An object's plan by this zone, and by which one it came to be. */
  async planned<P extends { readonly floats: boolean }>(
    plan: (floating: string) => P,
  ): Promise<{ readonly plan: P; readonly floating: string }> {
    const plain = plan(UTC);
    if (!plain.floats) return { plan: plain, floating: UTC };
    const floating = await this.zone();
    return { plan: plan(floating), floating };
  }

  async #ask(): Promise<string> {
    const { client, outlook, userPath } = this.#context;
    try {
      const { body } = await client.send<{ readonly timeZone?: string | null } | undefined>({
        method: 'GET',
        path: `${userPath}/mailboxSettings`,
        query: { $select: 'timeZone' },
        doing: 'asking for the time zone of the mailbox',
        budget: outlook,
      });
      return ianaOf(body?.timeZone ?? '') ?? UTC;
    } catch (error) {
      const isHidden = error instanceof SternaError && (error.class === 'object' || error.code === 'not-allowed-there');
      if (isHidden) return UTC;
      throw error;
    }
  }
}
