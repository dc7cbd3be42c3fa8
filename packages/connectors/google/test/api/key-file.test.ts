import { generateKeyPairSync } from 'node:crypto';
import { SternaError } from '@sterna/core';
import { describe, expect, test } from 'vitest';
import { parseKeyFile } from '../../src/api/key-file.ts';

const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});
const file = {
  type: 'service_account',
  project_id: 'migration',
  private_key_id: 'abc',
  private_key: privateKey,
  client_email: 'robot@migration.iam.gserviceaccount.com',
  client_id: '123456789',
  token_uri: 'https://oauth2.googleapis.com/token',
};
const refusal = (text: string | undefined): SternaError => {
  try {
    parseKeyFile(text);
  } catch (thrown) {
    if (thrown instanceof SternaError) return thrown;
    throw thrown;
  }
  return expect.unreachable('it was taken');
};

describe('the key file of a service account', () => {
  test('is taken as the console gives it out', () => {
    expect(parseKeyFile(JSON.stringify(file, null, 2))).toMatchObject({
      email: file.client_email,
      clientId: '123456789',
      keyId: 'abc',
      tokenUri: file.token_uri,
    });
  });

  test.each([
    ['nothing', undefined, 'key-file-missing', /key/],
    ['a path', '/home/ann/key.json', 'key-file-invalid', /path of a file/],
    ['a private key alone', privateKey, 'key-file-invalid', /private key alone/],
    ['a secret', 'GOCSPX-hunter2', 'key-file-invalid', /no JSON/],
    [
      'an OAuth client',
      JSON.stringify({ installed: { client_secret: 'hunter2' } }),
      'key-file-invalid',
      /OAuth client/,
    ],
    [
      'a user’s own sign-in',
      JSON.stringify({ type: 'authorized_user', refresh_token: 'hunter2' }),
      'key-file-invalid',
      /own sign-in/,
    ],
    ['no client id', JSON.stringify({ ...file, client_id: undefined }), 'key-file-invalid', /“client_id”/],
    [
      'a key that lost its line breaks',
      JSON.stringify({ ...file, private_key: privateKey.replaceAll('\n', ' ') }),
      'key-file-invalid',
      /line breaks/,
    ],
    [
      'tokens in the clear',
      JSON.stringify({ ...file, token_uri: 'http://evil.example/token' }),
      'key-file-invalid',
      /“token_uri”/,
    ],
  ])('%s is refused, saying why and what to do, repeating nothing', (_, text, code, words) => {
    const error = refusal(text);
    expect(error).toMatchObject({ class: 'auth', code, field: 'password' });
    expect(error.message).toMatch(words);
    expect(error.fix).toBeTruthy();
    const said = JSON.stringify([error.message, error.fix, error.details, String(error.cause)]);
    expect(said).not.toMatch(/hunter2|evil|PRIVATE KEY/);
  });
});
