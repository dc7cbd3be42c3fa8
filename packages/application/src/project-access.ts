import { SternaError } from '@sterna/core';
import { accountsOf, deleteProjectRoles, inOrganization, projectMembers, putProjectRole } from '@sterna/store';
import { found, requireSomewhere } from './access.ts';
import type { Actor, Context, ProjectRole, Role } from './context.ts';
import { refuseSchedules } from './people.ts';
import { reachProject } from './reach.ts';

/** Somebody who has a role in a project besides the one in the organization. */
export interface ProjectMember {
  readonly accountId: number;
  readonly email: string;
  readonly role: ProjectRole;
  /** Counts in the project too, where it allows more. */
  readonly organizationRole: Role;
  readonly since: Date;
}

/** Who has a role in the project. Owners of the organization or of the project. */
export async function listProjectAccess(
  context: Context,
  actor: Actor,
  input: { projectId: number },
): Promise<readonly ProjectMember[]> {
  requireSomewhere(actor, 'admin');
  const project = await reachProject(context.db, actor, 'admin', input.projectId);
  return membersOf(context.db, project.id);
}

async function membersOf(db: Context['db'], projectId: number): Promise<readonly ProjectMember[]> {
  return (await projectMembers(db, projectId)).map((row) => ({
    accountId: row.account_id,
    email: row.email,
    role: row.role,
    organizationRole: row.organization_role,
    since: row.created_at,
  }));
}

/**
 * Gives somebody of the organization a role in the project, or another one. It counts at once, and only adds to what
 * they may do by their role in the organization. Owners of the organization or of the project.
 *
 * @throws SternaError config `person-unknown` | `person-has-schedules`
 */
export async function grantProjectAccess(
  context: Context,
  actor: Actor,
  input: { projectId: number; email: string; role: ProjectRole },
): Promise<readonly ProjectMember[]> {
  requireSomewhere(actor, 'admin');
  return inOrganization(context.db, actor.organizationId, actor.name, async (tx) => {
    const project = await reachProject(tx.db, actor, 'admin', input.projectId);
    const email = input.email.trim();
    const people = await accountsOf(tx.db, actor.organizationId);
    const person = people.find((one) => one.email.toLowerCase() === email.toLowerCase());
    if (person === undefined)
      throw new SternaError('config', 'person-unknown', `Nobody in the organization has the address ${email}.`, {
        field: 'email',
        fix: 'Have the owner of the organization add the person first; the role “none” is enough.',
      });
    const roles = { ...person.project_roles, [project.id]: input.role };
    await refuseSchedules(tx.db, person, { ...person, project_roles: roles });
    await putProjectRole(tx.db, person.id, project.id, input.role);
    tx.audit('project.grant-access', `project/${project.id}`, { email: person.email, role: input.role });
    return membersOf(tx.db, project.id);
  });
}

/** Their role in the organization stays. @throws SternaError config `not-found` | `person-has-schedules` */
export async function revokeProjectAccess(
  context: Context,
  actor: Actor,
  input: { projectId: number; accountId: number },
): Promise<readonly ProjectMember[]> {
  requireSomewhere(actor, 'admin');
  return inOrganization(context.db, actor.organizationId, actor.name, async (tx) => {
    const project = await reachProject(tx.db, actor, 'admin', input.projectId);
    const people = await accountsOf(tx.db, actor.organizationId);
    const person = found(
      people.find((one) => one.id === input.accountId && one.project_roles[project.id] !== undefined),
      'person with a role in this project:',
      input.accountId,
    );
    const { [project.id]: role, ...roles } = person.project_roles;
    await refuseSchedules(tx.db, person, { ...person, project_roles: roles });
    await deleteProjectRoles(tx.db, person.id, project.id);
    tx.audit('project.revoke-access', `project/${project.id}`, { email: person.email, role });
    return membersOf(tx.db, project.id);
  });
}
