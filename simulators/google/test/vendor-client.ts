import { JWT } from 'google-auth-library';
import { type Google, MIGRATION_SCOPES } from '../src/index.ts';

/** Hosts that Google's own clients have built in. */
const VENDOR = /^https:\/\/(?:[\w-]+\.)*googleapis\.com(?=\/)/;

/**
 * Signs in for Google's own clients (`gmail({ version: 'v1', auth })`), which are unmodified but for where their requests
 * go: every one of them, that for the token included, is sent to the simulator instead. What would go anywhere else is
 * refused.
 */
export function vendorAuth(server: Google, subject: string, scopes: readonly string[] = MIGRATION_SCOPES): JWT {
  const { client_email: email, private_key: key, private_key_id: keyId } = server.keyFile;
  const auth = new JWT({ email, key, keyId, scopes: [...scopes], subject });
  auth.transporter.interceptors.request.add({
    resolved: async (config) => {
      const url = String(config.url);
      if (!VENDOR.test(url)) throw new Error(`a request to ${url}`);
      config.url = new URL(url.replace(VENDOR, server.baseUrl));
      return config;
    },
  });
  return auth;
}
