import { SternaError } from '@sterna/core';

/** The code of an object that names another one which isn't in the target yet. */
export const WAITS_FOR_OBJECT = 'waits-for-object';

/** The detail of a refusal that is the target's way: no sign that anything is set up wrong, so no pass stops early for it. */
export const TO_BE_EXPECTED = 'toBeExpected';

/** It is tried again once others were written, and by each later pass. */
export const waitsForObject = (message: string, fix: string): SternaError =>
  new SternaError('object', WAITS_FOR_OBJECT, message, { fix });
