import { Radio, Stack } from '@mantine/core';
import type { Schema } from '../../api/client.ts';
import { strings } from '../../strings.ts';

const words = strings.session.account;

export type Role = Schema<'Account'>['role'];
export const ROLES: readonly Role[] = ['owner', 'operator', 'viewer', 'auditor'];

/** Roles, each with what it may do. */
export function RoleChoice(props: {
  readonly value?: string;
  readonly error?: string;
  readonly onChange: (role: string) => void;
}) {
  return (
    <Radio.Group label={words.role} {...props}>
      <Stack gap="xs" mt={6}>
        {ROLES.map((role) => (
          <Radio key={role} value={role} label={words.roleName[role]} description={words.roles[role]} />
        ))}
      </Stack>
    </Radio.Group>
  );
}
