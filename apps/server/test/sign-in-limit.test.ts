import { expect, test } from 'vitest';
import { SignInLimit } from '../src/http/sign-in-limit.ts';

test('ten wrong passwords for a name make it wait a quarter of an hour; another name need not', () => {
  let now = 0;
  const limit = new SignInLimit(() => now);
  for (let tries = 0; tries < 10; tries += 1) {
    limit.check('ada@tern.example');
    limit.failed(' ADA@tern.example');
  }
  expect(() => limit.check('Ada@tern.example')).toThrow(/Too many/);
  limit.check('eve@tern.example');
  now += 15 * 60_000;
  limit.check('ada@tern.example');
  limit.failed('ada@tern.example');
  limit.check('ada@tern.example');
});

test('a right password forgets the wrong ones', () => {
  const limit = new SignInLimit(() => 0);
  for (let tries = 0; tries < 9; tries += 1) limit.failed('ada@tern.example');
  limit.succeeded('ada@tern.example');
  for (let tries = 0; tries < 9; tries += 1) limit.failed('ada@tern.example');
  limit.check('ada@tern.example');
});
