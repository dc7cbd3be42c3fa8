import { isCancel, password } from '@clack/prompts';
import { SternaError } from '@sterna/core';
import type { Terminal } from './terminal.ts';

/**
 * A secret from the environment or a prompt without echo; never from an argument, which every user of the machine
 * can read in the process list.
 */
export async function askSecret(
  terminal: Terminal,
  variable: string,
  message: string,
  options: { readonly optional?: boolean } = {},
): Promise<string | undefined> {
  const given = process.env[variable];
  if (given !== undefined && given !== '') return given;
  if (options.optional) return undefined;
  if (!terminal.interactive) {
    throw new SternaError('config', 'password-missing', `${message}: no password was given.`, {
      fix: `Set ${variable} in the environment, or run on a terminal to be asked.`,
    });
  }
  const typed = await password({ message, output: process.stderr });
  if (isCancel(typed)) throw new SternaError('config', 'interrupted', 'Interrupted.');
  return typed;
}

/** Like `askSecret`, but one is needed. */
export async function needSecret(terminal: Terminal, variable: string, message: string): Promise<string> {
  return (await askSecret(terminal, variable, message)) ?? '';
}
