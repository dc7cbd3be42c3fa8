/**
 * An area's own state, one for each owner (a tenant, a domain, a user), made when first asked for:
 * `const mail = stateOf((user: User) => new Mailbox(user))`, then `mail(user)`. So the core needn't know what the areas
 * keep.
 */
export function stateOf<Owner extends object, State>(create: (owner: Owner) => State): (owner: Owner) => State {
  const states = new WeakMap<Owner, { state: State }>();
  return (owner) => {
    const known = states.get(owner);
    if (known !== undefined) return known.state;
    const state = create(owner);
    states.set(owner, { state });
    return state;
  };
}
