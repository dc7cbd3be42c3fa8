/**
 * The bytes of a file that was chosen, as text; as they are where they aren't UTF-8, for the server to say so. Read it
 * when it is chosen: once the file changes on disk (somebody corrects it), browsers refuse to read what was chosen.
 *
 * @throws DOMException `NotReadableError`
 */
export async function readTextFile(file: File): Promise<Blob | string> {
  const bytes = await file.arrayBuffer();
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new Blob([bytes]);
  }
}
