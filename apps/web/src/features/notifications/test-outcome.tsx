import { Alert, Loader } from '@mantine/core';
import { IconCircleCheck } from '@tabler/icons-react';
import { $api } from '../../api/client.ts';
import { Notice } from '../../components/notice.tsx';
import { strings } from '../../strings.ts';

const words = strings.notify.channels;

/** What came of a test; it is looked at again when the server tells of a delivery. */
export function TestOutcome({ name, deliveryId }: { readonly name: string; readonly deliveryId: number }) {
  const { data } = $api.useQuery('get', '/api/notifications/deliveries/{id}', {
    params: { path: { id: deliveryId } },
  });
  const said = data?.attempts.at(-1)?.words;
  return (
    <div role="status">
      {data?.status === 'failed' ? (
        <Notice tone="bad" title={words.refused(name)}>
          {said}
        </Notice>
      ) : data?.status === 'delivered' ? (
        <Alert
          variant="default"
          className="st-notice st-notice-ok"
          icon={<IconCircleCheck aria-hidden />}
          title={words.arrived(name)}
        >
          {said}
        </Alert>
      ) : (
        <span className="st-notify-testing">
          <Loader size="xs" aria-hidden /> {words.testing(name)}
        </span>
      )}
    </div>
  );
}
