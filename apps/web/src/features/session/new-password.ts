import { strings } from '../../strings.ts';

const LEAST = 12;

/** As the API judges it; told before anything is sent. */
export function newPasswordProblem(value: string): string | null {
  if (value === '') return strings.session.required;
  return value.length < LEAST ? strings.session.passwordShort : null;
}
