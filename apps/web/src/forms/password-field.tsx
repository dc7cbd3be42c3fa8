import { PasswordInput, type PasswordInputProps } from '@mantine/core';
import { useId } from 'react';
import { strings } from '../strings.ts';

/** Mantine's, which leaves its input without its words for screen readers, and its button out of the keyboard's reach. */
export function PasswordField(props: PasswordInputProps) {
  const id = useId();
  const describedBy = [
    ...(props.error ? [`${id}-error`] : []),
    ...(props.description ? [`${id}-description`] : []),
  ].join(' ');
  return (
    <PasswordInput
      id={id}
      visibilityToggleFocusable
      visibilityToggleButtonProps={{ 'aria-label': strings.forms.showPassword }}
      {...props}
      {...(props.error ? { 'aria-invalid': true } : {})}
      {...(describedBy === '' ? {} : { 'aria-describedby': describedBy })}
    />
  );
}
