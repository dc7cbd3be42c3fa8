import { type Card, envelopeOf, keptIn, notKept, pivotOf, readCard } from '@sterna/content';
import { SternaError } from '@sterna/core';
import { type ExtendedProperty, propertyOf, type Stamp, stampProperty } from '../graph/stamp.ts';
import { isGone } from '../outlook/gone.ts';
import type { ItemRequests } from '../outlook/item-requests.ts';
import type { ItemWriting, PreparedItem } from '../outlook/item-writer.ts';
import { KEPT_PROPERTY, keptProperties } from '../outlook/kept.ts';
import { isReplacing, replacing } from '../outlook/replacing.ts';
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

  isResumed({ singleValueExtendedProperties }: GraphContact, digest: Buffer): boolean {
    return isReplacing(singleValueExtendedProperties, digest);
  }

  async rewrite(path: string, now: GraphContact, prepared: PreparedContact): Promise<string | undefined> {
    const { plan, digest, properties } = prepared;
    const isStepwise = plan.photo !== undefined || keepsPhoto(now);
    const version = await this.#requests.patch(
      path,
      {
        ...plan.fields,
        singleValueExtendedProperties: [...properties, ...(isStepwise ? [replacing(digest)] : [])],
      },
      now.changeKey,
    );
    const isTaken = plan.photo === undefined || (await this.#putPhoto(path, prepared));
    // Somebody may have given it one.
    const isRemoved = (plan.photo === undefined || !isTaken) && (await this.#removePhoto(path));
    if (isStepwise)
      return this.#requests.patch(path, {
        singleValueExtendedProperties: [...(isTaken ? [] : prepared.withPhoto()), replacing(undefined)],
      });
    return isRemoved ? (await this.#requests.look(path))?.changeKey : version;
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

/** We gave it a picture. */
function keepsPhoto({ singleValueExtendedProperties }: GraphContact): boolean {
  const kept = keptIn(propertyOf(singleValueExtendedProperties, KEPT_PROPERTY));
  return kept !== undefined && /sterna:[0-9a-f]{32}/.test(kept.text.toString('utf8').replace(/\r?\n[ \t]/g, ''));
}

const uidOf = (card: Card): string => card.properties.find((one) => one.name === 'UID')?.value.trim() ?? '';
