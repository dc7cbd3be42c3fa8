import type { ChangePage, Container, FidelityNote } from '@sterna/connector-kit';
import { envelopeOf, notKept, pivotOf, readCard, writeComponents } from '@sterna/content';
import { SternaError } from '@sterna/core';
import { segment } from '../api/client.ts';
import { reasonsOf, statusOf } from '../api/errors.ts';
import { isGone } from '../items/gone.ts';
import type { Item, ItemStore, Prepared } from '../items/item-store.ts';
import { type Stamp, stampText } from '../items/stamp.ts';
import type { PartContext } from '../part.ts';
import {
  clientData,
  envelopeIn,
  isOurPhoto,
  MOST_KEPT,
  replacingData,
  replacingIn,
  stampOf,
  stampTextOf,
  uidIn,
} from './client-data.ts';
import { contactCard, writeCard } from './contact-card.ts';
import { CONNECTIONS, type ConnectionPage, contactChanges, countContacts, PAGE } from './contact-changes.ts';
import { type Labels, MY_CONTACTS } from './labels.ts';
import { FIELDS, idOf, type Person, pictureOf, sourceOf, versionOf } from './person.ts';
import { READ, WRITE } from './scopes.ts';
import { type ContactPlan, toPerson } from './to-person.ts';

export interface ContactItem extends Item {
  readonly person: Person;
}

export interface PreparedContact extends Prepared {
  readonly plan: ContactPlan;
  readonly envelope: string | undefined;
  /** With the picture in what is kept: where Google doesn't take it. */
  withPhoto(): string | undefined;
}

const HOME: Container = { id: 'me', path: ['Contacts'], kind: 'contact', isDefault: true };
const WHOLE = [...FIELDS, 'clientData', 'memberships', 'metadata', 'photos'].join();
const LOOK = 'clientData,metadata';

/** Contacts of a user: one address book, in which labels are what other systems have categories for. */
export class ContactStore implements ItemStore<PreparedContact, ContactItem> {
  readonly kind = 'contact';
  readonly containerWord = 'address book';
  /** Of several changes for one user at once, Google refuses all but one. */
  readonly width = 1;
  readonly isGone = isGone;
  readonly #context: PartContext;
  readonly #labels: Labels;
  #last: Promise<unknown> = Promise.resolve();

  constructor(context: PartContext, labels: Labels) {
    this.#context = context;
    this.#labels = labels;
  }

  async containers(): Promise<readonly Container[]> {
    return [{ ...HOME, total: await countContacts(this.#context) }];
  }

  async ensure(
    path: readonly string[],
  ): Promise<{ readonly container: Container; readonly notes: readonly FidelityNote[] }> {
    const name = path.join(' / ');
    const notes = [
      { code: 'address-book-merged', text: `Google has one address book: the contacts of “${name}” are put into it.` },
    ];
    return { container: HOME, notes: name === 'Contacts' ? [] : notes };
  }

  changes(_container: string, cursor: string | undefined): AsyncIterable<ChangePage> {
    return contactChanges(this.#context, cursor);
  }

  async object(_container: string, id: string) {
    const person = await this.#get(id, WHOLE);
    if (person === undefined) return undefined;
    const url = pictureOf(person);
    const groups = (person.memberships ?? []).flatMap(
      (one) => one.contactGroupMembership?.contactGroupResourceName ?? [],
    );
    const read = {
      person,
      uid: uidOf(person),
      labels: await this.#labels.namesOf(groups),
      photo: url === undefined ? undefined : await this.#photo(url),
      isOurPhoto: url !== undefined && isOurPhoto(person, url),
    };
    return { body: contactCard(read, envelopeIn(person)), version: versionOf(person) };
  }

  async *list(_container: string, stamped?: { readonly since: string | undefined }): AsyncGenerator<ContactItem> {
    const since = Date.parse(stamped?.since ?? '');
    if (!Number.isNaN(since)) await this.#propagated(since);
    for await (const { connections = [] } of this.#context.client.pages<ConnectionPage>({
      method: 'GET',
      path: CONNECTIONS,
      query: { personFields: LOOK, pageSize: PAGE },
      doing: 'listing the contacts',
      right: READ,
    }))
      for (const person of connections)
        if (Number.isNaN(since) || Date.parse(sourceOf(person)?.updateTime ?? '') >= since) yield itemOf(person);
  }

  /** What was written may take some minutes until lists show it: what isn't there before proves nothing. */
  async #propagated(since: number): Promise<void> {
    const { client, settings } = this.#context;
    const left = since + settings.contactsDelaySeconds * 1_000 - client.serverTime();
    if (left > 0) await client.clock.sleep(left, client.signal);
  }

  async look(_container: string, id: string): Promise<ContactItem | undefined> {
    const person = await this.#get(id, WHOLE);
    return person && itemOf(person);
  }

  async prepare(_container: string, raw: Buffer): Promise<PreparedContact> {
    const card = readCard(raw);
    const plan = toPerson(card);
    const text = plan.photo === undefined ? raw : writeCard(plan.kept);
    const envelope = envelopeOf({ text, floating: '' }, MOST_KEPT);
    const digest = pivotOf('contact').digest(raw);
    return {
      plan,
      envelope,
      uid: card.properties.find(({ name }) => name === 'UID')?.value.trim() || digest.toString('hex'),
      digest,
      notes: [...plan.notes, ...(envelope === undefined ? [notKept('Google Contacts')] : [])],
      withPhoto: () => envelopeOf({ text: raw, floating: '' }, MOST_KEPT) ?? envelope,
    };
  }

  hasMore({ plan }: PreparedContact): boolean {
    return plan.photo !== undefined;
  }

  async create(_container: string, prepared: PreparedContact, stamp: Stamp): Promise<ContactItem> {
    const body = await this.#form(prepared, [], stampText(stamp), prepared.envelope, undefined);
    const made = await this.#write<Person>('POST', '/v1/people:createContact', body, 'writing a contact', LOOK);
    return itemOf(made);
  }

  async complete(_container: string, made: ContactItem, prepared: PreparedContact, stamp: Stamp): Promise<string> {
    const photo = await this.#putPhoto(made.id, prepared);
    const now = (await this.#get(made.id, LOOK)) ?? made.person;
    const envelope = photo === undefined ? prepared.withPhoto() : prepared.envelope;
    const data = clientData(now.clientData ?? [], { stamp: stampText(stamp), uid: prepared.uid, envelope, photo });
    return versionOf(await this.#update(now, { clientData: data }, 'clientData'));
  }

  async rewrite(_container: string, { id, person }: ContactItem, prepared: PreparedContact): Promise<string> {
    const others = person.clientData ?? [];
    const stamp = stampTextOf(person);
    const url = pictureOf(person);
    const { plan, digest } = prepared;
    const { photo: picture } = plan;
    const isStepwise = picture !== undefined || url !== undefined;
    // A picture makes another version of the contact: it says before whose that is, and at last that all is done.
    let now = isStepwise
      ? await this.#update(person, { clientData: replacingData(others, digest) }, 'clientData')
      : person;
    let photo: string | undefined;
    let { envelope } = prepared;
    if (picture !== undefined) {
      photo = await this.#putPhoto(id, prepared);
      if (photo === undefined) envelope = prepared.withPhoto();
    } else if (url !== undefined)
      await this.#write(
        'DELETE',
        `/v1/people/${segment(id)}:deleteContactPhoto`,
        undefined,
        'removing the picture of a contact',
      );
    if (isStepwise) now = (await this.#get(id, LOOK)) ?? now;
    const form = await this.#form(prepared, others, stamp, envelope, photo);
    return versionOf(await this.#update(now, form, [...FIELDS, 'clientData', 'memberships'].join()));
  }

  isResumed({ person }: ContactItem, digest: Buffer): boolean {
    return replacingIn(person) === digest.toString('hex');
  }

  async remove(_container: string, id: string): Promise<void> {
    await this.#write('DELETE', `/v1/people/${segment(id)}:deleteContact`, undefined, 'removing a contact');
  }

  bare(uid: string): Buffer {
    const properties = [{ group: undefined, name: 'UID', parameters: [], value: uid }];
    return writeComponents([{ name: 'VCARD', properties, components: [] }]);
  }

  async #form(
    { plan, uid }: PreparedContact,
    others: NonNullable<Person['clientData']>,
    stamp: string | undefined,
    envelope: string | undefined,
    photo: string | undefined,
  ): Promise<object> {
    const groups = [MY_CONTACTS, ...(await this.#inTurn(() => this.#labels.groupsOf(plan.labels)))];
    return {
      ...plan.fields,
      clientData: clientData(others, { stamp, uid, envelope, photo }),
      memberships: groups.map((contactGroupResourceName) => ({ contactGroupMembership: { contactGroupResourceName } })),
    };
  }

  /** The address of the picture; undefined where Google takes it for none. */
  async #putPhoto(id: string, { plan, notes }: PreparedContact): Promise<string | undefined> {
    const photoBytes = plan.photo?.bytes.toString('base64');
    try {
      const path = `/v1/people/${segment(id)}:updateContactPhoto`;
      const form = { photoBytes, personFields: 'photos' };
      const { person } = await this.#write<{ person?: Person }>(
        'PATCH',
        path,
        form,
        'writing the picture of a contact',
      );
      return person === undefined ? undefined : pictureOf(person);
    } catch (error) {
      if (isGone(error) || !(error instanceof SternaError) || error.class !== 'object') throw error;
      notes.push({
        code: 'photo-not-held',
        text: 'Google didn’t take its picture; it is kept with the contact, and not shown.',
      });
      return undefined;
    }
  }

  /** @throws SternaError with 412 where it was changed meanwhile */
  #update(now: Person, form: object, updatePersonFields: string): Promise<Person> {
    const source = sourceOf(now);
    const body = {
      ...form,
      resourceName: now.resourceName,
      ...(now.etag === undefined ? {} : { etag: now.etag }),
      ...(source === undefined ? {} : { metadata: { sources: [source] } }),
    };
    const path = `/v1/people/${segment(idOf(now))}:updateContact`;
    return this.#write<Person>('PATCH', path, body, 'changing a contact', LOOK, updatePersonFields);
  }

  #write<T>(
    method: 'POST' | 'PATCH' | 'DELETE',
    path: string,
    body: object | undefined,
    doing: string,
    personFields?: string,
    updatePersonFields?: string,
  ): Promise<T> {
    return this.#inTurn(async () => {
      const answer = await this.#context.client.send<T>({
        method,
        path,
        query: { personFields, updatePersonFields },
        ...(body === undefined ? {} : { body }),
        doing,
        right: WRITE,
        repeatable: false,
        expected: [400],
      });
      if (answer.status === 400) throw refused(answer.body, doing);
      return answer.body;
    });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }

  async #get(id: string, personFields: string): Promise<Person | undefined> {
    const { status, body } = await this.#context.client.send<Person>({
      method: 'GET',
      path: `/v1/people/${segment(id)}`,
      query: { personFields },
      doing: 'reading a contact',
      right: READ,
      expected: [404],
    });
    return status === 404 ? undefined : body;
  }

  async #photo(url: string): Promise<Buffer | undefined> {
    try {
      // As large as it is, instead of the hundred pixels that lists show.
      const path = url.replace(/=[\w-]*$/, '=s0');
      const stream = await this.#context.client.open({
        method: 'GET',
        path,
        headers: { accept: '*/*' },
        doing: 'reading the picture of a contact',
        signIn: 'none',
      });
      const chunks: Buffer[] = [];
      for await (const chunk of stream.body) chunks.push(chunk);
      return Buffer.concat(chunks);
    } catch (error) {
      if (statusOf(error) === 404) return undefined;
      throw error;
    }
  }
}

/** People says by one status that a contact has changed, and that what it was given can't be. */
function refused(body: unknown, doing: string): SternaError {
  const reasons = reasonsOf(body);
  const isOutdated =
    reasons.some((one) => /^failed_?precondition$/i.test(one)) && !reasons.some((one) => /OVERFLOW/.test(one));
  const details = { status: isOutdated ? 412 : 400, code: reasons[0] ?? 'none' };
  return isOutdated
    ? new SternaError('object', 'changed-meanwhile', `Google refused ${doing}: it has changed meanwhile.`, { details })
    : new SternaError(
        'object',
        'google-refused',
        `Google refused ${doing}: 400${reasons.length === 0 ? '' : ` (${reasons.join(', ')})`}.`,
        { details },
      );
}

const uidOf = (person: Person): string => uidIn(person) ?? idOf(person);

const itemOf = (person: Person): ContactItem => ({
  id: idOf(person),
  version: versionOf(person),
  uid: uidOf(person),
  stamp: stampOf(person),
  person,
});
