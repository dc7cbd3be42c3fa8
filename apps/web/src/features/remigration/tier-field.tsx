import { Radio, Text } from '@mantine/core';
import type { GetInputPropsReturnType } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { $api, type Schema } from '../../api/client.ts';
import { TextLink } from '../../components/text-link.tsx';
import { strings } from '../../strings.ts';

const words = strings.remigration.flow.recreate;

/** `''`: standard before trial, as the server chooses. */
export type TierChoice = '' | Schema<'LicenseBalance'>['tier'];

/** Groups take a team license. */
const TYPE_OF: Readonly<Record<Schema<'Entry'>['itemType'], Schema<'LicenseBalance'>['type']>> = {
  mailbox: 'mail',
  drive: 'file',
  site: 'site',
  team: 'team',
  group: 'team',
};

/** Which license will burn, and how many of each are left. */
export function TierField({
  itemType,
  count,
  inputProps,
}: {
  readonly itemType: Schema<'Entry'>['itemType'];
  /** How many will burn. */
  readonly count: number;
  readonly inputProps: GetInputPropsReturnType;
}) {
  const balances = useQuery($api.queryOptions('get', '/api/licenses/balance')).data?.items;
  const leftOf = (tier: Schema<'LicenseBalance'>['tier']): number =>
    balances?.find((one) => one.type === TYPE_OF[itemType] && one.tier === tier)?.available ?? 0;
  const [standard, trial] = [leftOf('standard'), leftOf('trial')];
  const missing = count - standard - trial;
  return (
    <div>
      <Radio.Group label={words.tier} {...inputProps}>
        <div className="st-choices">
          <Radio value="" label={words.tiers.best} description={words.left(standard + trial)} />
          <Radio value="standard" label={words.tiers.standard} description={words.left(standard)} />
          <Radio value="trial" label={words.tiers.trial} description={`${words.left(trial)}. ${words.trialHint}`} />
        </div>
      </Radio.Group>
      {balances !== undefined && missing > 0 && (
        <Text size="sm" mt="xs" className="st-bad">
          {count === 1 ? words.noneLeft : strings.remigration.bulk.tooFew(missing)}{' '}
          <TextLink size="sm" to="/licenses">
            {strings.remigration.advisor.toLicenses}
          </TextLink>
        </Text>
      )}
    </div>
  );
}
