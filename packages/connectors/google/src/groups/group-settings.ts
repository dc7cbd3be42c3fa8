import type { Listed, ListedObjects, ListedWriting } from '@sterna/cloud-http';
import type { Container, FidelityNote } from '@sterna/connector-kit';
import {
  type GroupAccess,
  type GroupSetting,
  hashOf,
  readSetting,
  type Setting,
  settingGroup,
  writeSetting,
} from '@sterna/content';
import { SternaError } from '@sterna/core';
import { segment } from '../api/client.ts';
import { statusOf } from '../api/errors.ts';
import { containerGone } from '../items/gone.ts';
import { accessFields, accessSetting, FIELDS_OF, inWords, readAccess, visibilityOf, writeAccess } from './access.ts';
import { GROUP_SCOPES, groupPath, theGroupAt } from './find-group.ts';
import type { GroupContext } from './group.ts';

const GROUP: Container = { id: 'group', path: [settingGroup('group')], kind: 'setting' };

/** What a group is called and by which addresses, who sees it, and who may do what in it. */
export class GroupSettings implements ListedObjects, ListedWriting {
  readonly kind = 'setting';
  readonly #context: GroupContext;

  constructor(context: GroupContext) {
    this.#context = context;
  }

  async containers(): Promise<readonly Container[]> {
    return [GROUP];
  }

  async list(container: string): Promise<readonly Listed[]> {
    if (container !== GROUP.id) throw containerGone('group', undefined);
    const { directory, access, id, email, role } = this.#context;
    const [{ name, description, aliases = [] }, fields] = await Promise.all([
      theGroupAt(directory, id),
      readAccess(access, email),
    ]);
    const setting: GroupSetting = {
      type: 'group',
      name: name ?? '',
      ...(description ? { description } : {}),
      visibility: visibilityOf(fields),
    };
    // Who may do what comes first: it says who sees the group as well, and the group itself then finds that so.
    return [
      listed('access', accessSetting(fields)),
      { ...listed('group', setting), ...(role === 'write' && { version: ownVersionOf(setting) }) },
      ...aliases.map((address) => listed(aliasId(address), aliasSetting(address))),
    ];
  }

  async ensureContainer(path: readonly string[]) {
    if (path.join('/') === GROUP.path.join('/')) return { container: GROUP, notes: [] };
    throw new SternaError('config', 'kind-not-held', `The target holds no settings called ${path.join('/')}.`, {
      field: 'kinds.setting',
      fix: 'Switch settings off, or migrate a group into a group.',
    });
  }

  /** A group has its settings always; aliases are added. */
  async create(_container: string, body: Buffer) {
    const setting = readSetting(body);
    if (setting.type !== 'group-alias') {
      await this.#set(setting);
      return { id: setting.type === 'group' ? 'group' : 'access' };
    }
    const alias = setting.address.address.toLowerCase();
    await this.#addAlias(alias);
    return { id: aliasId(alias), version: listed('', aliasSetting(alias)).version };
  }

  async replace(_container: string, _now: Listed, body: Buffer): Promise<readonly FidelityNote[]> {
    await this.#set(readSetting(body));
    return [];
  }

  async remove(_container: string, now: Listed): Promise<void> {
    const setting = readSetting(now.body);
    if (setting.type !== 'group-alias')
      throw new SternaError('object', 'setting-not-removable', 'This setting can be changed, but not be removed.', {
        fix: 'Change it in the target by hand.',
      });
    const { directory, id } = this.#context;
    await directory.send({
      method: 'DELETE',
      path: `${groupPath(id)}/aliases/${segment(setting.address.address)}`,
      doing: 'removing an alias of the group',
      right: GROUP_SCOPES.write[0],
      expected: [404],
    });
  }

  async #set(setting: Setting): Promise<void> {
    if (setting.type === 'group') return this.#setGroup(setting);
    if (setting.type === 'group-access') return this.#setAccess(setting);
    throw new SternaError('bug', 'internal', `A ${setting.type} is no setting of a Google group.`);
  }

  /** Who may join is left as it is where that is the same to other systems: the setting of its own says it exactly. */
  async #setGroup({ name, description = '', visibility }: GroupSetting): Promise<void> {
    const { directory, access, id, email } = this.#context;
    await directory.send({
      method: 'PATCH',
      path: groupPath(id),
      body: { name, description },
      doing: 'changing the group',
      right: GROUP_SCOPES.write[0],
      repeatable: true,
    });
    if (visibility !== undefined && visibilityOf(await readAccess(access, email)) !== visibility)
      await writeAccess(access, email, FIELDS_OF[visibility]);
  }

  async #setAccess(setting: GroupAccess): Promise<void> {
    const { access, email } = this.#context;
    const fields = accessFields(inWords(setting));
    if (fields === undefined)
      throw new SternaError(
        'object',
        'setting-not-held',
        `Who may do what is told in the words of ${setting.system}, which Google hasn’t.`,
        { fix: 'Set it in the group’s settings in the target by hand.' },
      );
    await writeAccess(access, email, fields);
  }

  async #addAlias(alias: string): Promise<void> {
    const { directory, id } = this.#context;
    try {
      await directory.send({
        method: 'POST',
        path: `${groupPath(id)}/aliases`,
        body: { alias },
        doing: 'adding an alias to the group',
        right: GROUP_SCOPES.write[0],
        repeatable: true,
      });
    } catch (thrown) {
      const status = statusOf(thrown);
      if (status === 409) {
        // The first try of this very request may have taken effect.
        const { aliases = [] } = await theGroupAt(directory, id);
        if (aliases.some((one) => one.toLowerCase() === alias)) return;
        throw aliasTaken(alias, thrown);
      }
      if (status === 404 || status === 400) throw aliasElsewhere(alias, thrown);
      throw thrown;
    }
  }
}

const aliasId = (address: string): string => `alias:${address.toLowerCase()}`;
const aliasSetting = (address: string): Setting => ({
  type: 'group-alias',
  address: { address: address.toLowerCase() },
});

const listed = (id: string, setting: Setting): Listed => {
  const body = writeSetting(setting);
  return { id, version: hashOf(body), body };
};

/** In a target, without what is another setting's as well: writing that isn't an edit of this one. */
const ownVersionOf = ({ visibility: _, ...own }: GroupSetting): string => hashOf(writeSetting(own));

const aliasTaken = (alias: string, cause: unknown): SternaError =>
  new SternaError('object', 'alias-taken', `Somebody else in the target has the address ${alias}.`, {
    fix: 'Free that address, or name another one for it in the mapping table; then start a delta pass.',
    cause,
  });

const aliasElsewhere = (alias: string, cause: unknown): SternaError =>
  new SternaError('object', 'alias-not-in-domain', `The address ${alias} is of no domain that the target has.`, {
    fix: 'Name the target’s domain for it in the mapping table (kind domain or group), or add that domain in the Admin console; then start a delta pass.',
    cause,
  });
