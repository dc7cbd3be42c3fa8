import { createHash } from 'node:crypto';
import type { Container, FidelityNote, Finished, KnownContainer, Writer } from '@sterna/connector-kit';
import type { ChannelDefinition } from '@sterna/content';
import { SternaError } from '@sterna/core';
import type { GoogleClient } from '../api/client.ts';
import { containerGone } from '../items/gone.ts';
import { CHAT_SCOPES, type ChatMembership, type ChatSpace, isSpaceName, type MembersPage } from './chat.ts';
import type { ChatContext } from './context.ts';
import { searchSpaces } from './search-spaces.ts';

/** Between what the spaces of a team have in common and what each is called. */
const BETWEEN = ': ';
const LONGEST_NAME = 128;
const LONGEST_DESCRIPTION = 150;
/** No space can be older: https://developers.google.com/workspace/chat/import-data#create-space */
const EARLIEST = Date.UTC(2000, 0, 1);
/** Spaces of one purpose that were made and are gone again. */
const MOST_MADE = 20;

const READ = CHAT_SCOPES.admin.read[0];
const IMPORT = CHAT_SCOPES.author[0];

/** The code of a space that nobody of the domain can read. */
export const WITHOUT_MEMBER = 'space-without-member';

/** A space, as one of those that the entry is. */
export interface TeamSpace {
  /** `spaces/ID` */
  readonly id: string;
  readonly space: ChatSpace;
  /** What it is called among them; undefined: it is the first one, called as all of them. */
  readonly channel: string | undefined;
}

/**
 * The spaces of a team: `Team`, `Team: Channel` and so on, or one alone by its id. What was said in the past comes only
 * into a space that was made for it, as long as nobody has completed its import; while that goes on, nobody sees it.
 */
export class Spaces {
  readonly context: ChatContext;
  /** Made or found by this session, whether a search shows them or not. */
  readonly #made = new Map<string, TeamSpace>();
  readonly #importing = new Map<string, boolean>();
  readonly #readers = new Map<string, Promise<GoogleClient>>();
  readonly #members = new Map<string, Promise<readonly ChatMembership[]>>();
  #listed: Promise<readonly TeamSpace[]> | undefined;

  constructor(context: ChatContext) {
    this.context = context;
  }

  /** The first one first. @param anew Somebody else may have made or changed some */
  async list(anew = false): Promise<readonly TeamSpace[]> {
    if (anew || this.#listed === undefined) {
      this.#listed = this.#find();
      this.#listed.catch(() => {
        this.#listed = undefined;
      });
    }
    const listed = await this.#listed;
    const known = new Set(listed.map(({ id }) => id));
    return [...listed, ...[...this.#made.values()].filter(({ id }) => !known.has(id))].sort(
      (one, other) => Number(one.channel !== undefined) - Number(other.channel !== undefined),
    );
  }

  async containers(): Promise<readonly Container[]> {
    const spaces = await this.list(true);
    return Promise.all(
      spaces.map(async (one): Promise<Container> => {
        const { space, id, channel } = one;
        const description = space.spaceDetails?.description;
        return {
          id,
          path: [channel ?? space.displayName ?? id],
          kind: 'post',
          ...(channel === undefined ? { isDefault: true as const } : {}),
          ...(description ? { description } : {}),
          definition: await this.definitionOf(one),
        };
      }),
    );
  }

  /** A space whose people are others than the first one's is like a private channel. */
  async definitionOf(one: TeamSpace): Promise<ChannelDefinition> {
    const { createTime } = one.space;
    const isPrivate = one.channel !== undefined && this.context.role === 'read' && !(await this.#isOfAll(one.id));
    return { membership: isPrivate ? 'private' : 'standard', ...(createTime ? { created: createTime } : {}) };
  }

  /** Finds a space by id, as the first one, or by name; else makes it, to be imported. */
  async ensure(
    channel: string | undefined,
    options: Pick<Parameters<Writer['ensureContainer']>[1], 'existing' | 'description' | 'definition'> = {},
  ): Promise<{ readonly space: TeamSpace; readonly notes: readonly FidelityNote[] }> {
    const wanted = channel?.toLowerCase();
    const found = (await this.list()).find((one) =>
      options.existing === undefined ? one.channel?.toLowerCase() === wanted : one.id === options.existing,
    );
    if (found !== undefined) return { space: found, notes: [] };
    const created = (options.definition as ChannelDefinition | undefined)?.created;
    return this.#make(channel, created, options.description);
  }

  /** @throws SternaError transient `container-gone` */
  async isImporting(id: string): Promise<boolean> {
    const known = this.#importing.get(id);
    if (known !== undefined) return known;
    const space = await this.#look(id);
    if (space === undefined) throw containerGone('space', undefined);
    return space.importMode === true;
  }

  /**
   * Nothing of the past comes into it from now on, and its people see it.
   *
   * @returns false where that was so before
   */
  async complete(id: string): Promise<boolean> {
    if (!(await this.isImporting(id))) return false;
    await this.context.client.send({
      method: 'POST',
      path: `/v1/${id}:completeImport`,
      body: {},
      doing: 'completing the import of a space',
      right: IMPORT,
      // Told twice, the second is refused.
      expected: [400],
      repeatable: true,
    });
    this.#importing.set(id, false);
    this.joined(id);
    return true;
  }

  /** Once all is in them. @param known As of `finish`: one of them may be of a channel that the source has no more */
  async release(isOver: boolean, known: readonly KnownContainer[] = []): Promise<void> {
    if (this.context.role !== 'write' || !isOver || this.context.settings.keepImporting) return;
    await this.finish(known);
  }

  /**
   * Whatever is in them.
   *
   * @param known Those that were made for it, which are hidden from a search while they are being imported
   */
  async finish(known: readonly KnownContainer[] = []): Promise<Finished> {
    const all = new Map(known.filter(({ id }) => isSpaceName(id)).map(({ id, name }) => [id, name]));
    for (const { id, space, channel } of await this.list(true)) all.set(id, channel ?? space.displayName ?? id);
    const finished: string[] = [];
    // One of them may have been deleted since.
    for (const [id, name] of all)
      if ((await this.#look(id)) !== undefined && (await this.complete(id))) finished.push(name);
    return { finished, refused: [] };
  }

  /** With whom what is said in a space is read: somebody who is in it. */
  reader(id: string): Promise<GoogleClient> {
    const known = this.#readers.get(id) ?? this.#readerOf(id);
    this.#readers.set(id, known);
    known.catch(() => this.#readers.delete(id));
    return known;
  }

  /** People and groups that are in a space now. */
  members(id: string, anew = false): Promise<readonly ChatMembership[]> {
    const known = anew ? undefined : this.#members.get(id);
    if (known !== undefined) return known;
    const listed = this.#listMembers(id);
    this.#members.set(id, listed);
    listed.catch(() => this.#members.delete(id));
    return listed;
  }

  /** Somebody came into it. */
  joined(id: string): void {
    this.#members.delete(id);
    this.#readers.delete(id);
  }

  async #listMembers(id: string): Promise<readonly ChatMembership[]> {
    // Nobody is in it yet.
    if (await this.isImporting(id)) return [];
    const found: ChatMembership[] = [];
    for await (const { memberships = [] } of this.context.client.pages<MembersPage>({
      method: 'GET',
      path: `/v1/${id}/members`,
      query: { useAdminAccess: true, showGroups: true, filter: 'member.type = "HUMAN"', pageSize: 1_000 },
      doing: 'listing the members of a space',
      right: CHAT_SCOPES.admin.read[1],
    }))
      found.push(...memberships);
    return found;
  }

  async #readerOf(id: string): Promise<GoogleClient> {
    const { client, people, asMember, address } = this.context;
    if (await this.isImporting(id)) return client;
    const members = (await this.members(id)).toSorted(
      (one, other) => Number(other.role === 'ROLE_MANAGER') - Number(one.role === 'ROLE_MANAGER'),
    );
    for (const { member } of members) {
      const key = member?.name?.replace(/^users\//, '');
      const user = key === undefined ? undefined : await people.active(key);
      if (user !== undefined) return asMember(user.primaryEmail);
    }
    throw new SternaError('config', WITHOUT_MEMBER, `Nobody of the domain is in a space of ${address}.`, {
      field: 'address',
      fix: 'Add somebody of the domain to the space: what is said there is shown to its members alone.',
    });
  }

  async #isOfAll(id: string): Promise<boolean> {
    const [first] = await this.list();
    if (first === undefined || first.id === id) return true;
    const namesOf = async (space: string): Promise<string> =>
      (await this.members(space))
        .map(({ member, groupMember }) => member?.name ?? groupMember?.name ?? '')
        .sort()
        .join();
    return (await namesOf(first.id)) === (await namesOf(id));
  }

  async #find(): Promise<readonly TeamSpace[]> {
    const { address } = this.context;
    if (isSpaceName(address)) {
      const space = await this.#look(address);
      if (space === undefined) throw spaceNotFound(address);
      const rest = await this.#called(space.displayName ?? '');
      return [
        { id: address, space, channel: undefined },
        // A source is the one space that is named; what a target got beside it is found again.
        ...(this.context.role === 'write' ? rest.filter(({ channel }) => channel !== undefined) : []),
      ];
    }
    const found = await this.#called(address);
    const first = found.filter(({ channel }) => channel === undefined);
    if (first.length > 1) throw ambiguous(address, first);
    if (found.length === 0 && this.context.role === 'read') throw spaceNotFound(address);
    return found;
  }

  async #called(name: string): Promise<TeamSpace[]> {
    if (name === '') return [];
    const found: TeamSpace[] = [];
    for await (const space of searchSpaces(this.context.client, 'looking for spaces', name)) {
      const channel = channelOf(space.displayName ?? '', name);
      if (channel === undefined) continue;
      found.push({ id: space.name, space, channel: channel === '' ? undefined : channel });
      this.#importing.set(space.name, space.importMode === true);
    }
    return found;
  }

  /** Undefined where there is none. While it is being imported, it may be hidden from an administrator too. */
  async #look(id: string): Promise<ChatSpace | undefined> {
    const { client, role } = this.context;
    const { status, body } = await client.send<ChatSpace>({
      method: 'GET',
      path: `/v1/${id}`,
      query: { useAdminAccess: true },
      doing: 'looking for a space',
      right: READ,
      expected: [403, 404],
    });
    const space = status === 200 ? body : undefined;
    if (space === undefined && !(role === 'write' && (await this.#takesThePast(id)))) return undefined;
    this.#importing.set(id, space === undefined || space.importMode === true);
    return space ?? { name: id, importMode: true };
  }

  /** What is being imported, its app may read. */
  async #takesThePast(id: string): Promise<boolean> {
    const { status } = await this.context.client.send({
      method: 'GET',
      path: `/v1/${id}/messages`,
      query: { pageSize: 1 },
      doing: 'looking whether a space is being imported',
      right: IMPORT,
      expected: [403, 404],
    });
    return status === 200;
  }

  /** Each try has a request id of its own, so that a process that died made the same space, not another one. */
  async #make(
    channel: string | undefined,
    created: string | undefined,
    description: string | undefined,
  ): Promise<{ readonly space: TeamSpace; readonly notes: readonly FidelityNote[] }> {
    const { client, address, installation } = this.context;
    const name = await this.#nameOf();
    const displayName = channel === undefined ? name : `${name}${BETWEEN}${channel}`;
    const at = Date.parse(created ?? '');
    const notes: FidelityNote[] = [];
    if (displayName.length > LONGEST_NAME)
      notes.push({ code: 'name-shortened', text: `A space’s name has ${LONGEST_NAME} characters at most.` });
    if (description !== undefined && description.length > LONGEST_DESCRIPTION)
      notes.push({
        code: 'description-shortened',
        text: `Of its description, ${LONGEST_DESCRIPTION} characters are kept.`,
      });
    for (let made = 0; made < MOST_MADE; made += 1) {
      const { status, body } = await client.send<ChatSpace>({
        method: 'POST',
        path: '/v1/spaces',
        query: { requestId: requestId(installation, address, channel, made) },
        body: {
          spaceType: 'SPACE',
          displayName: displayName.slice(0, LONGEST_NAME),
          importMode: true,
          ...(at >= EARLIEST && at <= client.serverTime() ? { createTime: new Date(at).toISOString() } : {}),
          ...(description ? { spaceDetails: { description: description.slice(0, LONGEST_DESCRIPTION) } } : {}),
        },
        doing: 'making a space',
        right: IMPORT,
        expected: [409],
        repeatable: true,
      });
      if (status === 409) throw nameTaken(displayName);
      this.#importing.delete(body.name);
      // The answer to a request that was made before may be of a space that is gone.
      const space = await this.#look(body.name);
      if (space === undefined) continue;
      const team: TeamSpace = { id: body.name, space: { ...body, ...space }, channel };
      this.#made.set(team.id, team);
      return { space: team, notes };
    }
    throw new SternaError(
      'config',
      'space-not-made',
      `No space ${displayName} could be made: each was removed again.`,
      {
        field: 'targetAddress',
        fix: 'Give the entry another name as its target.',
      },
    );
  }

  /** What all of them are called by. */
  async #nameOf(): Promise<string> {
    const { address } = this.context;
    if (!isSpaceName(address)) return address;
    const [first] = await this.list();
    return first?.space.displayName ?? address;
  }
}

/** '' for the first one; undefined for a space of another name. */
function channelOf(displayName: string, name: string): string | undefined {
  const [called, wanted] = [displayName.toLowerCase(), name.toLowerCase()];
  if (called === wanted) return '';
  return called.startsWith(`${wanted}${BETWEEN}`) ? displayName.slice(name.length + BETWEEN.length) : undefined;
}

/** A UUID. */
function requestId(...parts: readonly (string | number | undefined)[]): string {
  const hex = createHash('sha256').update(JSON.stringify(parts)).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

const spaceNotFound = (address: string): SternaError =>
  new SternaError('config', 'space-not-found', `The organization has no space ${address}.`, {
    field: 'address',
    fix: 'Write spaces/ID, as the address of the space ends, or what it is called.',
  });

const ambiguous = (address: string, found: readonly TeamSpace[]): SternaError =>
  new SternaError('config', 'space-ambiguous', `${found.length} spaces are called ${address}.`, {
    field: 'address',
    fix: `Write which one: ${found
      .slice(0, 10)
      .map(({ id }) => id)
      .join(', ')}.`,
  });

const nameTaken = (displayName: string): SternaError =>
  new SternaError('config', 'space-name-taken', `The organization has a space called ${displayName} already.`, {
    field: 'targetAddress',
    fix: 'Give the entry another name as its target, or rename that space.',
  });
