/** Resolves when Enter is pressed, when `otherwise` resolves, or by itself after a while. */
export async function waitForEnter(seconds: number, otherwise: Promise<unknown>): Promise<void> {
  const { stdin } = process;
  if (!stdin.isTTY) return;
  let timer: NodeJS.Timeout | undefined;
  let onData: () => void = () => {};
  await Promise.race([
    new Promise<void>((resolve) => {
      onData = resolve;
      stdin.once('data', onData);
      stdin.resume();
    }),
    new Promise<void>((resolve) => {
      timer = setTimeout(resolve, seconds * 1_000);
    }),
    otherwise,
  ]);
  clearTimeout(timer);
  stdin.off('data', onData);
  stdin.pause();
}
