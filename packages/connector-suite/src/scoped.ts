import type { ChangePage, Connector, Container, Reader, Session, Writer } from '@sterna/connector-kit';

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
    const path = [first.slice(scope.length), ...rest];
    // One that is called so is as good as the account's own.
    return { ...container, path, ...(isInbox(path) && one.kind === 'message' ? { role: 'inbox' } : {}) };
  };
  return replacing(session, {
    reader: replacing(reader, {
      containers: async () =>
        (await reader.containers()).filter(({ path: [first = ''] }) => first.startsWith(scope)).map(inside),
    }),
    ...(writer === undefined ? {} : { writer: scopedWriter(writer, scope, inside) }),
  });
}

const isInbox = ([first = '', ...rest]: readonly string[]): boolean => /^inbox$/i.test(first) && rest.length === 0;

const scopedWriter = (writer: Writer, scope: string, inside: (one: Container) => Container): Writer =>
  replacing(writer, {
    async ensureContainer([first = '', ...rest], { role: _, ...options }) {
      const name = isInbox([first]) ? first.toUpperCase() : first;
      const made = await writer.ensureContainer([`${scope}${name}`, ...rest], options);
      return { ...made, container: inside(made.container) };
    },
  });

/**
 * A connector of files whose root is a folder of the account, by its name: nothing beside it is seen, and it isn't removed.
 */
export const rooted = (connector: Connector, folder: string): Connector => ({
  ...connector,
  open: async (request) => rootedSession(await connector.open(request), folder),
});

function rootedSession(session: Session, folder: string): Session {
  const { reader, writer } = session;
  const inside = (one: Container): Container => ({ ...one, path: one.path.slice(1) });
  return replacing(session, {
    reader: replacing(reader, {
      containers: async () => (await reader.containers()).filter(({ path }) => path[0] === folder).map(inside),
    }),
    ...(writer === undefined ? {} : { writer: rootedWriter(writer, folder, inside) }),
  });
}

function rootedWriter(writer: Writer, folder: string, inside: (one: Container) => Container): Writer {
  const root = (): Promise<string> =>
    writer.ensureContainer([folder], { kind: 'file' }).then(({ container }) => container.id);
  return replacing(writer, {
    async ensureContainer(path, options) {
      const made = await writer.ensureContainer([folder, ...path], options);
      return { ...made, container: inside(made.container) };
    },
    ...(writer.removeContainer === undefined
      ? {}
      : {
          removeContainer: async (id) =>
            id === (await root()) ? 'not-empty' : (writer.removeContainer?.(id) ?? 'missing'),
        }),
  });
}

/**
 * A connector that doesn't see some of the objects: for what has no containers of a test's own.
 *
 * @param hidden Ids of what was there before; it stays there
 * @param only Name of the container that is seen, where there are others, too
 */
export const sparing = (connector: Connector, hidden: ReadonlySet<string>, only?: string): Connector => ({
  ...connector,
  open: async (request) => {
    const session = await connector.open(request);
    const { reader, writer } = session;
    return replacing(session, {
      reader: sparingReader(reader, hidden, only),
      ...(writer === undefined ? {} : { writer: sparingWriter(writer, hidden) }),
    });
  },
});

function sparingReader(reader: Reader, hidden: ReadonlySet<string>, only: string | undefined): Reader {
  const shown = (page: ChangePage): ChangePage => ({
    ...page,
    changes: page.changes.filter(({ id }) => !hidden.has(id)),
    ...(page.next === undefined ? {} : { next: { ...page.next, total: page.next.total - hidden.size } }),
  });
  return replacing(reader, {
    containers: async () =>
      (await reader.containers())
        .filter(({ path }) => only === undefined || path[0] === only)
        .map((one) => (one.total === undefined ? one : { ...one, total: one.total - hidden.size })),
    changes: async function* (...args) {
      for await (const page of reader.changes(...args)) yield shown(page);
    },
  });
}

const sparingWriter = (writer: Writer, hidden: ReadonlySet<string>): Writer => {
  const shown = async function* <T extends { readonly targetId: string }>(all: AsyncIterable<T>): AsyncGenerator<T> {
    for await (const one of all) if (!hidden.has(one.targetId)) yield one;
  };
  return replacing(writer, {
    inventory: (...args) => shown(writer.inventory(...args)),
    candidates: (...args) => shown(writer.candidates(...args)),
  });
};

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
