import type { ReactNode } from 'react';
import type { Schema } from '../../api/client.ts';
import { TextLink } from '../../components/text-link.tsx';
import { isLive } from '../../lib/progress.ts';
import { Chip, StatusChip } from '../../shell/status-chip.tsx';
import { strings } from '../../strings.ts';
import { nameOfOwn } from './own-settings.tsx';
import { Resumes } from './resumes.tsx';

const words = strings.entry;

/** The line below the addresses: how it stands and why, and what belongs to it. */
export function EntryFacts({
  entry,
  before,
  after,
}: {
  readonly entry: Schema<'Entry'>;
  /** The entry that it replaces, and the one that has replaced it. */
  readonly before: { readonly id: number } | undefined;
  readonly after: { readonly id: number } | undefined;
}) {
  const { source, target } = entry.hasCredentials;
  const ownSettings = Object.keys(entry.settings);
  return (
    <div className="st-entry-facts">
      <div className="st-entry-state">
        {entry.archivedAt !== undefined && <Chip tone="quiet">{words.deleted}</Chip>}
        <StatusChip status={entry.status} />
        {entry.statusDetail !== undefined && <span className="st-entry-why">{entry.statusDetail}</span>}
        {/* Of a pass that waits it is said below, with what it waits for. */}
        {entry.resumeAt !== undefined && entry.status === 'scheduled' && !isLive(entry.lastPass) && (
          <span>
            <Resumes at={entry.resumeAt} />
          </span>
        )}
      </div>
      <dl className="st-entry-pairs">
        {entry.displayName !== undefined && <Fact name={words.name}>{entry.displayName}</Fact>}
        <Fact name={words.license}>
          {entry.licenses.length === 0
            ? words.noLicense
            : entry.licenses.map(({ id, tier, burned }) => words.licenseOf(id, tier, burned)).join(', ')}
        </Fact>
        {entry.batch !== undefined && <Fact name={words.batch}>{entry.batch}</Fact>}
        {(source || target) && (
          <Fact name={words.credentials}>
            {words.credentialsFor[source && target ? 'both' : source ? 'source' : 'target']}
          </Fact>
        )}
        {ownSettings.length > 0 && <Fact name={words.ownSettings}>{ownSettings.map(nameOfOwn).join(', ')}</Fact>}
        {before !== undefined && (
          <Fact name={words.replaces}>
            <EntryLink id={before.id} />
          </Fact>
        )}
        {after !== undefined && (
          <Fact name={words.replacedBy}>
            <EntryLink id={after.id} />
          </Fact>
        )}
      </dl>
    </div>
  );
}

export function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

const EntryLink = ({ id }: { readonly id: number }) => (
  <TextLink size="sm" to="/entries/$entryId" params={{ entryId: id }}>
    {words.entryId(id)}
  </TextLink>
);
