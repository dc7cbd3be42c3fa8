import { PROJECT_ROLES, type ResponseOf } from '@sterna/api-contract';
import { SternaError } from '@sterna/core';
import type { Command } from 'commander';
import { handle } from '../context.ts';
import { type Answer, doneAnswer, listAnswer } from '../io/answer.ts';
import { connect } from '../remote/connect.ts';
import { findProject } from '../remote/names.ts';

/** Roles that hold for one project. */
export function registerProjectAccess(project: Command): void {
  const access = project.command('access').description('Roles that people have in one project.');

  const list = access.command('list').description('Who has a role in the project.').argument('<PROJECT>');
  handle<[string], object>(list, async ({ options }, word) => {
    const client = await connect(options);
    const { id } = await findProject(client, word);
    return members((await client.listProjectAccess({ params: { id } })).items);
  });

  const grant = access
    .command('grant')
    .description('Give a person of the organization a role in the project, or another one. It counts at once.')
    .argument('<PROJECT>')
    .argument('<EMAIL>')
    .argument('<ROLE>', PROJECT_ROLES.join(', '));
  handle<[string, string, string], object>(grant, async ({ options }, word, email, given) => {
    const role = PROJECT_ROLES.find((known) => known === given);
    if (role === undefined)
      throw new SternaError('config', 'role-unknown', `There is no role "${given}".`, {
        field: 'ROLE',
        fix: `Use ${PROJECT_ROLES.join(', ')}.`,
      });
    const client = await connect(options);
    const { id, name } = await findProject(client, word);
    const { items } = await client.grantProjectAccess({ params: { id }, body: { email, role } });
    return doneAnswer({ items }, `${email} is ${role} of ${name}.`);
  });

  const revoke = access
    .command('revoke')
    .description('Take a person’s role in the project away. Their role in the organization stays.')
    .argument('<PROJECT>')
    .argument('<EMAIL>');
  handle<[string, string], object>(revoke, async ({ options }, word, email) => {
    const client = await connect(options);
    const { id, name } = await findProject(client, word);
    const { items: before } = await client.listProjectAccess({ params: { id } });
    const member = before.find((one) => one.email.toLowerCase() === email.toLowerCase());
    if (member === undefined)
      throw new SternaError('config', 'not-found', `${email} has no role in ${name}.`, {
        field: 'EMAIL',
        fix: `See who has one: sterna project access list ${id}`,
      });
    const { items } = await client.revokeProjectAccess({ params: { id, accountId: member.accountId } });
    return doneAnswer({ items }, `${member.email} has no role in ${name} any more.`);
  });
}

const members = (items: ResponseOf<'listProjectAccess'>['items']): Answer =>
  listAnswer(
    items,
    [
      { title: 'person', value: (row) => row.email },
      { title: 'role here', value: (row) => row.role },
      { title: 'in the organization', value: (row) => row.organizationRole },
      { title: 'since', value: (row) => row.since },
    ],
    'Nobody has a role in this project alone; those of the organization count.',
  );
