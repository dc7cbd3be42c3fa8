import { Button, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { $api } from '../../api/client.ts';
import { formatDuration } from '../../lib/format.ts';
import { ErrorNotice } from '../../shell/error-notice.tsx';
import { strings } from '../../strings.ts';
import { errorOf } from './queries.ts';

const words = strings.entry.dryRun;
const VERBS = ['create', 'overwrite', 'rename', 'update', 'skip', 'refuse'] as const;

/** What a dry run found, when somebody asks. */
export function DryRunFindings(asked: { readonly passId: number; readonly isOvertaken: boolean }) {
  const [shown, setShown] = useState(false);
  if (shown) return <Findings {...asked} />;
  return (
    <Button size="compact-sm" variant="default" onClick={() => setShown(true)}>
      {words.show}
    </Button>
  );
}

function Findings({ passId, isOvertaken }: { readonly passId: number; readonly isOvertaken: boolean }) {
  const query = useQuery($api.queryOptions('get', '/api/passes/{id}/dry-run', { params: { path: { id: passId } } }));
  const found = query.data;
  if (found === undefined) return <ErrorNotice error={errorOf(query)} onRetry={() => void query.refetch()} />;
  const done = VERBS.filter((verb) => (found.objects[verb] ?? 0) > 0);
  const { seconds, p90Seconds, basis } = found.estimate;
  return (
    <>
      <ul className="st-plain-list">
        {done.length === 0 && <li>{words.nothing}</li>}
        {done.map((verb) => (
          <li key={verb}>{words.objects(words.verbs[verb], found.objects[verb] ?? 0)}</li>
        ))}
      </ul>
      {/* Time and license are of a start now, not of the one that came after the dry run. */}
      {!isOvertaken && (
        <>
          <Text size="sm">
            {seconds !== undefined &&
              p90Seconds !== undefined &&
              `${words.time(formatDuration(seconds), formatDuration(p90Seconds))} `}
            {basis}
          </Text>
          <Text size="sm">{found.license.words}</Text>
        </>
      )}
      {found.unmappedCount > 0 && (
        <>
          <Text size="sm" fw={600}>
            {words.unmapped(found.unmappedCount)}
          </Text>
          <ul className="st-plain-list">
            {found.unmapped.slice(0, 50).map(({ principal, occurrences, places }) => (
              <li key={principal}>{words.person(principal, occurrences, places[0] ?? '')}</li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}
