import type { FidelityNote } from '@sterna/connector-kit';
import type { SternaError } from '@sterna/core';

/** @param error why the import was refused */
export const notImported = ({ message }: SternaError): FidelityNote => ({
  code: 'not-imported-whole',
  text: `Exchange didn’t take it as the other Exchange gave it out (${message}); it was written from what it says.`,
});
