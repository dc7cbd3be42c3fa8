import { Radio, Stack } from '@mantine/core';
import type { Schema } from '../../api/client.ts';
import { strings } from '../../strings.ts';

const words = strings.session.account;

export type Role = Schema<'Account'>['role'];
export const PROJECT_ROLES: readonly Role[] = ['owner', 'operator', 'viewer', 'auditor'];
/** In the organization. */
export const ROLES: readonly Role[] = [...PROJECT_ROLES, 'none'];

/** Roles, each with what it may do. */
export function RoleChoice({
  roles = ROLES,
  words: meanings = words.roles,
  ...props
}: {
  readonly roles?: readonly Role[];
  readonly words?: Readonly<Record<string, string>>;
  readonly value?: string;
  readonly error?: string;
  readonly onChange: (role: string) => void;
}) {
  return (
    <Radio.Group label={words.role} {...props}>
      <Stack gap="xs" mt={6}>
        {roles.map((role) => (
          <Radio key={role} value={role} label={words.roleName[role]} description={meanings[role]} />
        ))}
      </Stack>
    </Radio.Group>
  );
}
