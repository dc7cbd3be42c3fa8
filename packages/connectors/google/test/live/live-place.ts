import { randomBytes } from 'node:crypto';
import type { Answer, Json, LiveGoogle } from './live-google.ts';

const GMAIL = '/gmail/v1/users/me';

/** Containers and objects of a run, made when they are needed and removed after it. */
export class LivePlace {
  readonly google: LiveGoogle;
  readonly #scope: string;
  readonly #made: (() => Promise<unknown>)[] = [];
  #serial = 0;

  constructor(google: LiveGoogle, scope: string) {
    this.google = google;
    this.#scope = scope;
  }

  /** A container's name that is no other's. */
  name(): string {
    this.#serial += 1;
    return `${this.#scope}${this.#serial}`;
  }

  /** A Message-ID or UID that is no other's. */
  id = (): string => `${randomBytes(8).toString('hex')}@sterna-live-test.example`;

  async label(): Promise<string> {
    const { id } = await this.google.ok('POST', `${GMAIL}/labels`, { name: this.name() });
    this.#made.push(() => this.google.call('DELETE', `${GMAIL}/labels/${id}`));
    return id;
  }

  /** By `messages.insert` or `messages.import`; it goes again, whatever label it has. */
  async message(how: 'insert' | 'import', raw: string, labelIds: readonly string[]): Promise<Answer> {
    const path = how === 'insert' ? `${GMAIL}/messages` : `${GMAIL}/messages/import?neverMarkSpam=true`;
    const answer = await this.google.call('POST', path, { raw: Buffer.from(raw).toString('base64url'), labelIds });
    if (answer.status < 300) this.#made.push(() => this.google.call('DELETE', `${GMAIL}/messages/${answer.json.id}`));
    return answer;
  }

  async rawOf({ id }: Json): Promise<string> {
    const { raw } = await this.google.ok('GET', `${GMAIL}/messages/${id}?format=raw`);
    return Buffer.from(raw, 'base64url').toString('latin1');
  }

  /** Path of its events. */
  async calendar(): Promise<string> {
    const { id } = await this.google.ok('POST', '/calendar/v3/calendars', { summary: this.name(), timeZone: 'UTC' });
    const path = `/calendar/v3/calendars/${encodeURIComponent(id)}`;
    this.#made.push(() => this.google.call('DELETE', path));
    return `${path}/events`;
  }

  /** Path of its tasks. */
  async taskList(): Promise<string> {
    const { id } = await this.google.ok('POST', '/tasks/v1/users/@me/lists', { title: this.name() });
    this.#made.push(() => this.google.call('DELETE', `/tasks/v1/users/@me/lists/${id}`));
    return `/tasks/v1/lists/${id}/tasks`;
  }

  async contact(fields: object): Promise<Json> {
    const made = await this.google.ok('POST', '/v1/people:createContact?personFields=metadata', fields);
    this.#made.push(() => this.google.call('DELETE', `/v1/${made.resourceName}:deleteContact`));
    return made;
  }

  /** Id of a folder. */
  async driveFolder(): Promise<string> {
    const { id } = await this.google.ok('POST', '/drive/v3/files', {
      name: this.name(),
      mimeType: 'application/vnd.google-apps.folder',
    });
    this.#made.push(() => this.google.call('DELETE', `/drive/v3/files/${id}`));
    return id;
  }

  async clear(): Promise<void> {
    for (const remove of this.#made.splice(0).reverse()) await remove();
  }
}
