import { listedCapabilities } from '@sterna/cloud-http';
import type { Capabilities } from '@sterna/connector-kit';

export const settingCapabilities: Capabilities = {
  // Each is there once, by what it looks for or by being what it is, and what is there is read back: it needs no mark.
  ...listedCapabilities('setting', 256 * 1024, {
    settings: 'filters, automatic reply, signatures, language, who calendars are shared with',
  }),
  rules: 'filters',
  leavesOut: {
    category: { text: 'Gmail has no list of categories: those that messages have are labels there.' },
    'working-hours': {
      text: 'Google’s APIs can’t set working hours.',
      fix: 'Their owner sets them in the settings of Google Calendar.',
    },
    'meeting-messages': { text: 'Google has no such choice: who may change a calendar gets no mail for its owner.' },
  },
  // All of a mailbox at once (Gmail takes 1,000 filters).
  batch: { objects: 500, bytes: 1024 * 1024, inFlight: 1 },
};
