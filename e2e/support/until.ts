/**
 * Waits for a condition, not for a time: asks again and again, and gives up loudly. The longer it takes the less often it
 * asks, so that asking doesn't keep what it waits for from happening.
 */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  withinMs = 120_000,
): Promise<void> {
  const begun = performance.now();
  while (!(await condition())) {
    const waited = performance.now() - begun;
    if (waited > withinMs) throw new Error(`waited ${withinMs} ms in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, Math.min(10 + waited / 10, 100)));
  }
}
