import { isNotDelegated } from './api/delegated-tokens.ts';
import type { Connection } from './connect.ts';

/** Which of them are missing: the sign-in refuses all of them together, so they are asked for one by one. */
export async function undelegated(
  { tokens, signal }: Connection,
  scopes: readonly string[],
  address: string,
): Promise<readonly string[]> {
  const missing: string[] = [];
  for (const scope of scopes)
    try {
      await tokens(address.toLowerCase(), [[scope]]).token(signal);
    } catch (thrown) {
      if (!isNotDelegated(thrown)) throw thrown;
      missing.push(scope);
    }
  return missing;
}
