import type { Connector } from '@sterna/connector-kit';
import { SternaError } from '@sterna/core';
import { expect, test } from 'vitest';
import { connectorForUrl, connectors } from '../src/index.ts';
import { createRegistry } from '../src/registry.ts';

const fake = (name: string, schemes: string[]): Connector => ({ name, schemes }) as unknown as Connector;

const errorOf = (work: () => unknown): SternaError => {
  try {
    work();
  } catch (thrown) {
    return thrown as SternaError;
  }
  throw new Error('nothing was thrown');
};

test('each URL finds its connector by its scheme, in any case', () => {
  expect(connectorForUrl('imaps://ada@mail.example').name).toBe('imap');
  expect(connectorForUrl('IMAP://ada@mail.example').name).toBe('imap');
  expect(connectorForUrl('maildir:/var/mail').name).toBe('archive');
  expect(connectorForUrl('files:/srv/files').name).toBe('files');
  expect(connectorForUrl('microsoft365:ada@new.example').name).toBe('microsoft365');
  expect(connectorForUrl('google:ada@new.example').name).toBe('google');
  expect(connectorForUrl('caldav+https://ada@dav.example').name).toBe('caldav');
  expect([...connectors.keys()]).toEqual([
    'imap',
    'caldav',
    'carddav',
    'standards',
    'archive',
    'files',
    'backup',
    'webdav',
    's3',
    'microsoft365',
    'google',
  ]);
});

test('an address without scheme, or with a strange one, says what there is and repeats nothing secret', () => {
  for (const url of ['/var/mail/hunter2', 'hunter2@mail.example', 'C:\\mail\\hunter2', '']) {
    const error = errorOf(() => connectorForUrl(url));
    expect(error).toBeInstanceOf(SternaError);
    expect(error.code).toBe('url-scheme-missing');
    expect(error.fix).toContain('maildir:');
    expect(`${error.message} ${error.fix}`).not.toContain('hunter2');
  }
  const error = errorOf(() => connectorForUrl('gopher://ada:hunter2@hole.example'));
  expect(error.code).toBe('url-scheme-unknown');
  expect(`${error.message} ${error.fix}`).not.toContain('hunter2');
});

test('two connectors can claim neither one name nor one scheme', () => {
  expect(errorOf(() => createRegistry([fake('a', ['x']), fake('a', ['y'])])).code).toBe('connector-twice');
  expect(errorOf(() => createRegistry([fake('a', ['x']), fake('b', ['x'])])).code).toBe('scheme-twice');
});
