import { readFile } from 'node:fs/promises';

/**
 * For esbuild: postal-mime gathers what it decodes in Blobs, each of which costs three hops between threads to be read back;
 * that was a quarter of the time of a pass of mail. In what is bundled it gathers it in memory. Sources that run unbundled
 * have it as it is; what is parsed is the same.
 */
export const quickMime = {
  name: 'quick-mime',
  setup(build) {
    build.onLoad(
      { filter: /[\\/]postal-mime[\\/]dist[\\/]esm[\\/](base64|qp|pass-through)-decoder\.js$/ },
      async ({ path }) => {
        const source = await readFile(path, 'utf8');
        const gathered = /blobToArrayBuffer\(new Blob\(this\.chunks, [^)]*\)\)/;
        if (!gathered.test(source))
          throw new Error(`${path} doesn't gather what it decodes in a Blob any more: see quick-mime.mjs`);
        return { contents: source.replace(gathered, `(${whole})(this.chunks)`), loader: 'js' };
      },
    );
  },
};

/** An ArrayBuffer of its own, as the caller expects: not a part of a shared one. */
const whole = `(chunks) => {
  const parts = chunks.map((chunk) => (ArrayBuffer.isView(chunk) ? chunk : Buffer.from(chunk)));
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.byteLength;
  }
  return bytes.buffer;
}`;
