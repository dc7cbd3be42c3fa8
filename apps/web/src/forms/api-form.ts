import { type UseFormInput, type UseFormReturnType, useForm } from '@mantine/form';
import { useState } from 'react';
import { ApiError } from '../api/error.ts';

export interface ApiForm<Values> {
  readonly form: UseFormReturnType<Values>;
  readonly busy: boolean;
  /** A refusal that belongs to no field of the form; shown by FormError. */
  readonly refusal: Error | undefined;
  readonly clearRefusal: () => void;
  /** For `<form onSubmit={…}>`: validates, sends, and puts what the API refuses at the field that it names. */
  readonly submit: (
    send: (values: Values) => Promise<unknown>,
  ) => (event?: React.SyntheticEvent<HTMLFormElement>) => void;
}

/**
 * A form whose refusals are told at the field, in words. The API names fields like `settings.host` or
 * `dateFilter.from`; `fieldOf` says which path of the form that is (undefined: not in this form). Without it the names
 * are the same.
 */
export function useApiForm<Values extends Record<string, unknown>>(
  input: UseFormInput<Values>,
  fieldOf: (apiField: string) => string | undefined = (field) => field,
): ApiForm<Values> {
  const form = useForm<Values>(input);
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Error>();
  const place = (error: unknown): void => {
    const rest = placeRefusal(error, (field) => {
      const path = fieldOf(field);
      return path === undefined ? undefined : inputFor(path, (one) => form.getInputNode(one) !== null);
    });
    for (const [path, words] of Object.entries(rest.fields)) form.setFieldError(path, words);
    setRefusal(rest.other);
    const first = Object.keys(rest.fields)[0];
    if (first !== undefined) form.getInputNode(first)?.focus();
  };
  return {
    form,
    busy,
    refusal,
    clearRefusal: () => setRefusal(undefined),
    submit: (send) =>
      form.onSubmit(
        async (values) => {
          if (busy) return;
          setBusy(true);
          setRefusal(undefined);
          try {
            await send(values);
          } catch (error) {
            place(error);
          } finally {
            setBusy(false);
          }
        },
        // The first field that is wrong gets the focus, so that nobody has to look for it.
        (errors) => {
          const first = Object.keys(errors)[0];
          if (first !== undefined) form.getInputNode(first)?.focus();
        },
      ),
  };
}

/**
 * The input that a name of the API belongs to: its own, or the nearest one around it (`settings.delays[2]` is a line of
 * `settings.delays`); undefined where the form has none.
 */
export function inputFor(apiField: string, isThere: (path: string) => boolean): string | undefined {
  const steps = apiField.replace(/\[(\d+)\]/g, '.$1').split('.');
  for (let length = steps.length; length > 0; length -= 1) {
    const path = steps.slice(0, length).join('.');
    if (isThere(path)) return path;
  }
  return undefined;
}

/** Splits a refusal into words at fields and what belongs to none. */
export function placeRefusal(
  error: unknown,
  fieldOf: (apiField: string) => string | undefined,
): { readonly fields: Readonly<Record<string, string>>; readonly other: Error | undefined } {
  if (!(error instanceof ApiError))
    return { fields: {}, other: error instanceof Error ? error : new Error(String(error)) };
  const problems = error.refusal.problems?.length ? error.refusal.problems : [error.refusal];
  const fields: Record<string, string> = {};
  let other: Error | undefined;
  for (const problem of problems) {
    const path = problem.field === undefined ? undefined : fieldOf(problem.field);
    if (path === undefined) other ??= error;
    else fields[path] ??= wordsOf(problem);
  }
  return { fields, other };
}

/** At the field its name and the request's part need not be said again; what to do is said unless it says nothing new. */
export function wordsOf(problem: {
  readonly message: string;
  readonly fix?: string | undefined;
  readonly field?: string | undefined;
}): string {
  const message = problem.message
    .replace(/^The (body|query|path) is not valid: /, '')
    .replace(new RegExp(`^${(problem.field ?? '').replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}: `), '');
  const sentence = message.charAt(0).toUpperCase() + message.slice(1);
  const empty = /openapi\.json|^Correct this setting/;
  return problem.fix === undefined || empty.test(problem.fix)
    ? sentence
    : `${sentence.replace(/\.?$/, '.')} ${problem.fix}`;
}
