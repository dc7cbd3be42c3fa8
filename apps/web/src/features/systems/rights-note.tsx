import { strings } from '../../strings.ts';

const words = strings.systems;

const RIGHTS: Readonly<Record<string, typeof words.rightsImap>> = {
  imap: words.rightsImap,
  caldav: words.rightsDav,
  carddav: words.rightsDav,
  standards: words.rightsStandards,
  archive: words.rightsArchive,
};

/** Which rights Sterna needs in a system, in words that go to whoever can give them. */
export function RightsNote({ connector, as }: { readonly connector: string; readonly as?: 'source' | 'target' }) {
  const rights = RIGHTS[connector];
  if (rights === undefined) return null;
  const parts = [
    ...(as === 'target' ? [] : [[words.asASource, rights.source] as const]),
    ...(as === 'source' ? [] : [[words.asATarget, rights.target] as const]),
    [as === undefined ? words.either : undefined, rights.both] as const,
  ];
  return (
    <aside className="st-rights" aria-label={words.rights}>
      <h3>{words.rights}</h3>
      {parts.map(([title, lines]) => (
        <div key={title ?? ''}>
          {title !== undefined && as === undefined && <h4>{title}</h4>}
          <ul>
            {lines.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        </div>
      ))}
    </aside>
  );
}
