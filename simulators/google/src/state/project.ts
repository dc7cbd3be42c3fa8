import { createPublicKey, type KeyObject } from 'node:crypto';

/** A project of Google Cloud: whose quotas requests count towards. */
export interface Project {
  /** `migration-423817` */
  readonly id: string;
  /** Digits. */
  readonly number: string;
}

/** A robot account, which signs in with a key of its own. */
export interface ServiceAccount {
  readonly project: Project;
  /** 21 digits; domain-wide delegation is granted to it. */
  readonly clientId: string;
  /** `name@project.iam.gserviceaccount.com` */
  readonly email: string;
  /** Public keys by key id. */
  readonly keys: Map<string, KeyObject>;
  disabled: boolean;
}

/** A program that users consent to. */
export interface OAuthClient {
  readonly project: Project;
  readonly id: string;
  readonly secret: string;
}

/** What Google gives as a service account's key file. */
export interface KeyFile {
  readonly type: 'service_account';
  readonly project_id: string;
  readonly private_key_id: string;
  readonly private_key: string;
  readonly client_email: string;
  readonly client_id: string;
  readonly auth_uri: string;
  readonly token_uri: string;
}

/** Lets the account sign in with the key. @param pem public or private key */
export function registerKey(account: ServiceAccount, keyId: string, pem: string): void {
  account.keys.set(keyId, createPublicKey(pem));
}
