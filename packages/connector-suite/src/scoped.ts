import type { Connector, Container, Session, Writer } from '@sterna/connector-kit';

/**
 * A connector that sees nothing of an account but the containers whose path begins with a name that starts with `scope`,
 * without that beginning: for tests in an account that has more than what they put there.
 */
export const scoped = (connector: Connector, scope: string): Connector => ({
  ...connector,
  open: async (request) => scopedSession(await connector.open(request), scope),
});

function scopedSession(session: Session, scope: string): Session {
  const { reader, writer } = session;
  const inside = (one: Container): Container => {
    const [first = '', ...rest] = one.path;
    const { role: _, ...container } = one;
    return { ...container, path: [first.slice(scope.length), ...rest] };
  };
  return replacing(session, {
    reader: replacing(reader, {
      containers: async () =>
        (await reader.containers()).filter(({ path: [first = ''] }) => first.startsWith(scope)).map(inside),
    }),
    ...(writer === undefined ? {} : { writer: scopedWriter(writer, scope, inside) }),
  });
}

const scopedWriter = (writer: Writer, scope: string, inside: (one: Container) => Container): Writer =>
  replacing(writer, {
    async ensureContainer([first = '', ...rest], { role: _, ...options }) {
      const made = await writer.ensureContainer([`${scope}${first}`, ...rest], options);
      return { ...made, container: inside(made.container) };
    },
  });

/** The same object with some of its members replaced; methods of its own keep their `this`. */
function replacing<T extends object>(of: T, other: Partial<T>): T {
  return new Proxy(of, {
    get(target, name) {
      if (name in other) return Reflect.get(other, name);
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
