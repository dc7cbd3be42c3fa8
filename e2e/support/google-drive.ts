import { createHash } from 'node:crypto';
import type { DirectDrive } from '@sterna/simulator-google';

/** Somebody's My Drive in the simulator, as `Tree` sees a drive on disk. */
export const googleDriveTree = (direct: DirectDrive) => ({
  truth(): Record<string, string> {
    const found = new Map<string, string>();
    for (const path of direct.folders()) found.set(`${path.join('/')}/`, 'folder');
    for (const { folder, name, content } of direct.files())
      found.set([...folder, name].join('/'), createHash('sha256').update(content).digest('hex').slice(0, 16));
    return Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
  },
});
