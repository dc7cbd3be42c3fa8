import { type Card, envelopeOf, notKept, pivotOf, readCard } from '@sterna/content';
import { SternaError } from '@sterna/core';
import { type ExtendedProperty, type Stamp, stampProperty } from '../graph/stamp.ts';
import { isGone } from '../outlook/gone.ts';
import type { ItemRequests } from '../outlook/item-requests.ts';
import type { ItemWriting, PreparedItem } from '../outlook/item-writer.ts';
import { keptProperties } from '../outlook/kept.ts';
import type { PartContext } from '../part.ts';
import { writeCard } from './contact-card.ts';
import type { GraphContact } from './graph-contact.ts';
import { type ContactPlan, toContact } from './to-contact.ts';

interface PreparedContact extends PreparedItem {
  readonly plan: ContactPlan;
  readonly properties: readonly ExtendedProperty[];
  /** With the picture in what is kept: where Outlook doesn't take it. */
  withPhoto(): readonly ExtendedProperty[];
}

/** Contacts, whose picture takes a request of its own. */
export class ContactWriting implements ItemWriting<GraphContact, PreparedContact> {
  readonly #context: PartContext;
  readonly #requests: ItemRequests<GraphContact>;

  constructor(context: PartContext, requests: ItemRequests<GraphContact>) {
    this.#context = context;
    this.#requests = requests;
  }

  async prepare(raw: Buffer): Promise<PreparedContact> {
    const card = readCard(raw);
    const plan = toContact(card);
    const uid = uidOf(card);
    const envelope = envelopeOf({ text: plan.photo === undefined ? raw : writeCard(plan.kept), floating: '' });
    return {
      plan,
      uid,
      digest: pivotOf('contact').digest(raw),
      notes: [...plan.notes, ...(envelope === undefined ? [notKept('Outlook')] : [])],
      properties: keptProperties(uid, envelope),
      withPhoto: () => keptProperties(uid, envelopeOf({ text: raw, floating: '' })),
    };
  }

  form({ plan, properties }: PreparedContact, stamp: Stamp): object {
    return { ...plan.fields, singleValueExtendedProperties: [...properties, stampProperty(stamp)] };
  }

  hasMore({ plan }: PreparedContact): boolean {
    return plan.photo !== undefined;
  }

  async complete(path: string, prepared: PreparedContact, stamp: Stamp): Promise<string | undefined> {
    const isTaken = await this.#putPhoto(path, prepared);
    return this.#requests.patch(path, {
      singleValueExtendedProperties: [...(isTaken ? [] : prepared.withPhoto()), stampProperty(stamp)],
    });
  }

  async rewrite(path: string, now: GraphContact, prepared: PreparedContact): Promise<string | undefined> {
    const { plan, properties } = prepared;
    const form = { ...plan.fields, singleValueExtendedProperties: properties };
    const version = await this.#requests.patch(path, form, now.changeKey);
    if (plan.photo !== undefined) {
      const isTaken = await this.#putPhoto(path, prepared);
      if (!isTaken) await this.#requests.patch(path, { singleValueExtendedProperties: prepared.withPhoto() });
    } else if (!(await this.#removePhoto(path))) return version;
    return (await this.#requests.look(path))?.changeKey;
  }

  /** False where Outlook takes it for no picture. */
  async #putPhoto(path: string, { plan, notes }: PreparedContact): Promise<boolean> {
    const { photo } = plan;
    if (photo === undefined) return true;
    try {
      await this.#context.client.send({
        ...this.#requests.common,
        method: 'PUT',
        path: `${path}/photo/$value`,
        headers: { 'content-type': photo.contentType },
        body: photo.bytes,
        doing: 'writing the picture of a contact',
      });
      return true;
    } catch (error) {
      if (isGone(error) || !(error instanceof SternaError) || error.class !== 'object') throw error;
      notes.push({
        code: 'photo-not-held',
        text: 'Microsoft 365 didn’t take its picture; it is kept with the contact, and not shown.',
      });
      return false;
    }
  }

  /** False where it had none. */
  async #removePhoto(path: string): Promise<boolean> {
    const { status } = await this.#context.client.send({
      ...this.#requests.common,
      method: 'DELETE',
      path: `${path}/photo/$value`,
      doing: 'removing the picture of a contact',
      expected: [404],
    });
    return status < 300;
  }
}

const uidOf = (card: Card): string => card.properties.find((one) => one.name === 'UID')?.value.trim() ?? '';
