import { type Material, settings } from '@sterna/connector-suite';
import { readSetting, writeSetting } from '@sterna/content';

/**
 * The suite's rules for a mailbox that somebody uses: each is off, so that none of them touches mail that comes meanwhile, and
 * its name says whose it is.
 */
export function quietRules(scope: string): Material {
  const quiet = (raw: Buffer, name = (own: string): string => `${scope}${own}`): Buffer => {
    const rule = readSetting(raw);
    if (rule.type !== 'rule') throw new Error('no rule');
    return writeSetting({ ...rule, enabled: false, name: name(rule.name) });
  };
  return {
    ...settings,
    plain: (...args) => quiet(settings.plain(...args)),
    twin: (n) => quiet(settings.twin(n)),
    changed: (n) => quiet(settings.changed?.(n) ?? Buffer.alloc(0)),
    large: (n) => quiet(settings.large(n)),
    nearKey: (raw) => quiet(raw, (own) => `${scope}x.${own}.x`),
    awkward: new Map([...settings.awkward].map(([label, raw]) => [label, quiet(raw)])),
  };
}
