import type { PartDefinition } from '../part.ts';

export const mailPart: PartDefinition = {
  key: 'mail',
  kinds: ['message'],
  rights: { read: 'Mail.Read', write: 'Mail.ReadWrite' },
  title: 'mail',
  async open() {
    throw new Error('not written yet');
  },
};
