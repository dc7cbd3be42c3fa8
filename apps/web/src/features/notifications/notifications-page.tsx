import { Page } from '../../shell/page.tsx';
import { strings } from '../../strings.ts';
import { ChannelsPanel } from './channels-panel.tsx';
import { DeliveriesPanel } from './deliveries-panel.tsx';
import { RulesPanel } from './rules-panel.tsx';
import './notifications.css';

const words = strings.notify;

export function NotificationsPage() {
  return (
    <Page title={words.title} lead={words.lead}>
      <div className="st-notify">
        <ChannelsPanel />
        <RulesPanel />
      </div>
      <DeliveriesPanel />
    </Page>
  );
}
