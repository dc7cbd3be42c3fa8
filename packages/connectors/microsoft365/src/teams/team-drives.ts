import type { Session } from '@sterna/connector-kit';
import { nameRulesOf } from '../drive/names.ts';
import { type OpenDrive, openDrive } from '../drive/open-drive.ts';
import type { DriveSession } from '../drive/part.ts';
import { DrivesReader, DrivesWriter, type HeldDrive, type HeldDrives } from '../drive/several.ts';
import type { GroupContext } from '../groups/group.ts';
import type { ChannelFolder, ChannelFolders } from './channel-folders.ts';

/** The files of a team: its own library, and of each private or shared channel the folder in that one's site. */
class TeamDrives implements HeldDrives {
  readonly #context: GroupContext;
  readonly #folders: ChannelFolders;
  readonly #library: HeldDrive;
  readonly #opened = new Map<string, HeldDrive>();

  constructor(context: GroupContext, folders: ChannelFolders, library: OpenDrive) {
    this.#context = context;
    this.#folders = folders;
    this.#library = { ...library, id: '', path: [] };
  }

  async all(anew = false): Promise<ReadonlyMap<string, HeldDrive>> {
    const drives = [this.#library, ...(await this.#folders.all(anew)).map((folder) => this.#open(folder))];
    return new Map(drives.map((drive) => [drive.id, drive]));
  }

  async into(path: readonly string[]): Promise<{ drive: HeldDrive; inner: readonly string[] }> {
    const folder = await this.#folders.into(path);
    if (folder === undefined) return { drive: this.#library, inner: path };
    return { drive: this.#open(folder), inner: path.slice(folder.path.length) };
  }

  #open({ driveId, itemId, webUrl, path }: ChannelFolder): HeldDrive {
    const known = this.#opened.get(driveId);
    if (known !== undefined) return known;
    const domain = this.#context.address.split('@')[1] ?? '';
    const drive = { id: driveId, rootId: itemId, webUrl, rules: nameRulesOf(webUrl), domain };
    const opened = { id: driveId, path, ...openDrive(this.#context, drive) };
    this.#opened.set(driveId, opened);
    return opened;
  }
}

/** @param library A session of the team's own */
export function openTeamDrives(context: GroupContext, folders: ChannelFolders, library: DriveSession): Session {
  const drives = new TeamDrives(context, folders, library.drive);
  return {
    ...library,
    reader: new DrivesReader(drives),
    ...(context.role === 'write' ? { writer: new DrivesWriter(drives) } : {}),
  };
}
