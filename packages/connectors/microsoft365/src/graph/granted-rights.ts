/**
 * The `roles` of an app-only token: its application permissions; undefined where it is opaque. For words alone: whether
 * something is allowed, the service decides.
 */
export function grantedRights(token: string): readonly string[] | undefined {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
    const { roles } = claims as { roles?: unknown };
    return Array.isArray(roles)
      ? roles.filter((one) => typeof one === 'string' && /^[\w.-]{1,100}$/.test(one))
      : undefined;
  } catch {
    return undefined;
  }
}
