import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { SternaError } from '@sterna/core';
import {
  type Installation,
  type KeyFileOptions,
  type MasterKey,
  openKeyFile,
  readKeyFileAgain,
} from './installation.ts';

/**
 * Seals what must not be readable in the database.
 *
 * A sealed value is `version (1 byte, 1) · key id (1) · nonce (12) · AES-256-GCM ciphertext · tag (16)`. The purpose,
 * such as `system:12`, is authenticated with it: a sealed value copied to another row doesn't open.
 */
export interface Secrets {
  readonly installation: Installation;
  /** The file to keep a copy of: the recovery kit. */
  readonly keyFile: string;
  /** How many keys it holds. */
  readonly keys: number;
  /** @param purpose what the value belongs to, `table:id` or the like; never secret */
  seal(purpose: string, value: Uint8Array): Buffer;
  /** @throws SternaError config `secret-wrong-key` (the message names the key file) or `secret-damaged` */
  unseal(purpose: string, sealed: Uint8Array): Buffer;
  sealJson(purpose: string, value: unknown): Buffer;
  /** The caller validates the shape. @throws as `unseal` */
  unsealJson(purpose: string, sealed: Uint8Array): unknown;
  /** Sealed with a key that is no longer the last of the key file: to be sealed again. */
  isOutdated(sealed: Uint8Array): boolean;
}

const VERSION = 1;
const NONCE = 12;
const TAG = 16;
const HEAD = 2 + NONCE;

/** @throws SternaError as `openKeyFile` */
export async function openSecrets(options: KeyFileOptions): Promise<Secrets> {
  const { path, installation, ...opened } = await openKeyFile(options);
  let { keys } = opened;
  const current = (): MasterKey => {
    const last = keys.at(-1);
    if (last === undefined) throw new SternaError('bug', 'secret-key-empty', 'The key file holds no key.');
    return last;
  };

  /** Another process may have added a key since. @returns whether there are others now */
  function readAgain(): boolean {
    const before = keys;
    try {
      keys = readKeyFileAgain(path).keys;
    } catch {
      return false;
    }
    return keys.length !== before.length;
  }

  function seal(purpose: string, value: Uint8Array): Buffer {
    const { id, sealingKey } = current();
    const head = Buffer.concat([Buffer.from([VERSION, id]), randomBytes(NONCE)]);
    const cipher = createCipheriv('aes-256-gcm', sealingKey, head.subarray(2));
    cipher.setAAD(boundTo(head, purpose));
    return Buffer.concat([head, cipher.update(value), cipher.final(), cipher.getAuthTag()]);
  }

  function unseal(purpose: string, sealed: Uint8Array): Buffer {
    const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
    if (bytes.length < HEAD + TAG || bytes[0] !== VERSION) {
      throw new SternaError('config', 'secret-damaged', `The stored secret of ${purpose} is damaged.`, {
        fix: 'Enter it again.',
      });
    }
    const value = opens(purpose, bytes) ?? (readAgain() ? opens(purpose, bytes) : undefined);
    if (value !== undefined) return value;
    throw new SternaError('config', 'secret-wrong-key', `The stored secret of ${purpose} doesn't open with ${path}.`, {
      fix: 'Put the key file back that it was sealed with (the recovery kit), or enter the secret again.',
    });
  }

  function opens(purpose: string, bytes: Buffer): Buffer | undefined {
    const head = bytes.subarray(0, HEAD);
    // Two keys may share an id by chance.
    for (const { sealingKey } of keys.filter(({ id }) => id === bytes[1])) {
      const decipher = createDecipheriv('aes-256-gcm', sealingKey, head.subarray(2), { authTagLength: TAG });
      decipher.setAAD(boundTo(head, purpose));
      decipher.setAuthTag(bytes.subarray(-TAG));
      try {
        return Buffer.concat([decipher.update(bytes.subarray(HEAD, -TAG)), decipher.final()]);
      } catch {
        // Another key, or another purpose; node's own message says no more.
      }
    }
    return undefined;
  }

  return {
    installation,
    keyFile: path,
    get keys() {
      return keys.length;
    },
    seal,
    unseal,
    sealJson: (purpose, value) => seal(purpose, Buffer.from(JSON.stringify(value))),
    unsealJson: (purpose, sealed) => parseJson(purpose, unseal(purpose, sealed)),
    isOutdated: (sealed) => sealed[1] !== current().id,
  };
}

/** JSON.parse's own messages quote the text. */
function parseJson(purpose: string, bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    throw new SternaError('bug', 'secret-not-json', `The stored secret of ${purpose} is not JSON.`);
  }
}

function boundTo(head: Buffer, purpose: string): Buffer {
  return Buffer.concat([head.subarray(0, 2), Buffer.from(purpose, 'utf8')]);
}
