import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { SignsOfLife, wholeBody } from '../src/index.ts';

describe('signs of life', () => {
  test('a byte now and then is none, a slow line is', () => {
    const dripping = new SignsOfLife(120_000);
    let seconds = 1;
    while (dripping.came(1, 1_000)) seconds += 1;
    expect(seconds).toBe(120);

    const slow = new SignsOfLife(120_000);
    for (let n = 0; n < 10_000; n += 1) expect(slow.came(1_024, 1_000)).toBe(true);
  });

  test('our own time between two pieces is not the sender’s', () => {
    const life = new SignsOfLife(1_000);
    for (let n = 0; n < 5_000; n += 1) expect(life.came(10, 0)).toBe(true);
  });
});

describe('a whole body', () => {
  const errors = {
    tooLarge: () => new Error('too large'),
    tooSlow: () => new Error('too slow'),
    cutShort: () => new Error('cut short'),
  };

  test('comes as it was sent', async () => {
    const body = new PassThrough();
    const whole = wholeBody(body, 100, 60_000, errors);
    body.write('some ');
    body.end('words');
    expect((await whole).toString()).toBe('some words');
  });

  test('one that never ends is left at its limit', async () => {
    const body = new PassThrough();
    const whole = wholeBody(body, 1_000, 60_000, errors);
    const piece = Buffer.alloc(100);
    let sent = 0;
    const more = (): void => {
      while (!body.destroyed && body.write(piece)) sent += piece.length;
      if (!body.destroyed) body.once('drain', more);
    };
    more();
    await expect(whole).rejects.toThrow('too large');
    expect(body.destroyed).toBe(true);
    expect(sent).toBeLessThan(200_000);
  });

  test('one that breaks off is no body', async () => {
    const body = new PassThrough();
    const whole = wholeBody(body, 1_000, 60_000, errors);
    body.write('half');
    body.destroy();
    await expect(whole).rejects.toThrow('cut short');
  });

  test('one that drips is given up', async () => {
    const body = new PassThrough();
    const whole = wholeBody(body, 1_000, 30, errors);
    const drip = setInterval(() => body.write('.'), 5);
    await expect(whole).rejects.toThrow('too slow');
    clearInterval(drip);
  });
});
