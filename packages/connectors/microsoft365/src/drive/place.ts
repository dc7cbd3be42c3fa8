/** A folder of the drive: its id, and the names from the root. */
export interface Place {
  readonly itemId: string;
  readonly path: readonly string[];
}

/**
 * The key of a container. It holds the path, too: what was moved or renamed is another container, whose files moved with
 * it. No name holds a slash.
 */
export const containerId = ({ itemId, path }: Place): string => [itemId, ...path].join('/');

export function placeOf(container: string): Place {
  const [itemId = '', ...path] = container.split('/');
  return { itemId, path };
}
