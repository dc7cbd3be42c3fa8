import { Button } from '@mantine/core';
import { IconFileImport, IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { $api } from '../../api/client.ts';
import { useMay } from '../../session/session.tsx';
import { ErrorNotice } from '../../shell/error-notice.tsx';
import { Page } from '../../shell/page.tsx';
import { strings } from '../../strings.ts';
import { BalancePanel } from './balance-panel.tsx';
import { ForecastPanel } from './forecast-panel.tsx';
import { GrantDialog } from './grant-dialog.tsx';
import { LedgerPanel } from './ledger-panel.tsx';
import { PackDialog } from './pack-dialog.tsx';
import './licenses.css';

const words = strings.licenses;

export function LicensesPage() {
  const { data, error, refetch } = $api.useQuery('get', '/api/licenses/balance');
  const mayGrant = useMay('admin');
  const [opened, setOpened] = useState<'grant' | 'pack'>();
  const close = (): void => setOpened(undefined);
  return (
    <Page
      title={words.title}
      lead={words.lead}
      actions={
        mayGrant &&
        data !== undefined && (
          <>
            <Button
              variant={data.packsOnly ? 'filled' : 'default'}
              leftSection={<IconFileImport size={16} aria-hidden />}
              onClick={() => setOpened('pack')}
            >
              {words.pack.action}
            </Button>
            {!data.packsOnly && (
              <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setOpened('grant')}>
                {words.grant.action}
              </Button>
            )}
          </>
        )
      }
    >
      <ErrorNotice error={error} onRetry={() => void refetch()} />
      {data !== undefined && (
        <div className="st-licenses">
          <BalancePanel balances={data.items} />
          <ForecastPanel />
        </div>
      )}
      <LedgerPanel />
      {opened === 'grant' && <GrantDialog onClose={close} />}
      {opened === 'pack' && <PackDialog packsOnly={data?.packsOnly === true} onClose={close} />}
    </Page>
  );
}
