/** A folder of the drive: its id, and the names from the root. */
export interface Place {
  readonly folderId: string;
  readonly path: readonly string[];
}

/**
 * The key of a container. It holds the path, too: what was moved or renamed is another container, whose files moved with
 * it. Names may hold anything, slashes included.
 */
export const containerId = ({ folderId, path }: Place): string =>
  [folderId, ...path.map((name) => encodeURIComponent(name.toWellFormed()))].join('/');

export function placeOf(container: string): Place {
  const [folderId = '', ...path] = container.split('/');
  return { folderId, path: path.map((name) => decodeURIComponent(name)) };
}
