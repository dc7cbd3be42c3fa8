import { createPrivateKey, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { allItems } from '@sterna/api-contract';
import {
  LICENSE_TIERS,
  LICENSE_TYPES,
  type LicensePack,
  type LicenseTier,
  type LicenseType,
  packBytes,
  SternaError,
} from '@sterna/core';
import { type Command, Option } from 'commander';
import { handle } from '../context.ts';
import { doneAnswer, listAnswer, textAnswer } from '../io/answer.ts';
import { readInput, writeExport, writeOutput } from '../io/files.ts';
import { readNumber } from '../io/numbers.ts';
import { balanceAnswer, licenseEventColumns } from '../io/views.ts';
import { connect } from '../remote/connect.ts';

interface GrantOptions {
  readonly type: LicenseType;
  readonly tier: LicenseTier;
  readonly note?: string;
}
interface SignOptions extends GrantOptions {
  readonly key: string;
  readonly issuer: string;
  readonly organization: string;
  readonly notAfter?: string;
  readonly output?: string;
}

const typeOption = (): Option =>
  new Option('--type <type>', 'license type').choices([...LICENSE_TYPES]).default('mail');
const tierOption = (): Option => new Option('--tier <tier>', 'tier').choices([...LICENSE_TIERS]).default('standard');

export function registerLicense(program: Command): void {
  const license = program.command('license').description('Licenses: balance, ledger, grants, signed packs.');

  handle(license.command('balance').description('Licenses per type and tier.'), async ({ options }) => {
    const { items } = await (await connect(options)).getBalances();
    return balanceAnswer(items);
  });

  const grant = license
    .command('grant')
    .description('Grant licenses, where the installation does not take signed packs alone.')
    .argument('<QUANTITY>')
    .addOption(typeOption())
    .addOption(tierOption())
    .option('--note <words>', 'for the ledger');
  handle<[string], GrantOptions>(grant, async ({ options }, quantity) => {
    const { type, tier, note } = options;
    const body = {
      type,
      tier,
      quantity: readNumber('QUANTITY', quantity, 1, 1_000_000),
      ...(note === undefined ? {} : { note }),
    };
    const balance = await (await connect(options)).grantLicenses({ body });
    return doneAnswer(balance, `${quantity} ${tier} ${type} licenses are granted; ${balance.available} are available.`);
  });

  const ledger = license
    .command('ledger')
    .description('Every grant, assignment, release and burn, newest first.')
    .option('--export <file>', 'write the whole ledger for `sterna ledger verify FILE`');
  handle<[], { export?: string }>(ledger, async ({ options }) => {
    const client = await connect(options);
    if (options.export !== undefined) return writeExport(options.export, await client.exportLedger());
    const rows = await allItems((after) =>
      client.listLicenseEvents({ query: { limit: 500, ...(after === undefined ? {} : { after }) } }),
    );
    return listAnswer(rows, licenseEventColumns, 'The ledger is empty.');
  });

  const importPack = license
    .command('import-pack')
    .description('Import a signed pack of licenses.')
    .argument('<FILE>', '- for stdin');
  handle<[string], object>(importPack, async ({ options }, file) => {
    const pack = (await readInput(file)).toString('utf8');
    const balance = await (await connect(options)).importPack({ body: { pack } });
    return doneAnswer(
      balance,
      `The pack is imported; ${balance.available} ${balance.tier} ${balance.type} licenses are available.`,
    );
  });

  registerIssuing(license);
}

/** For a provider who issues packs to customers: needs no server. */
function registerIssuing(license: Command): void {
  const keygen = license
    .command('keygen')
    .description('Make a key pair to sign packs with: FILE (keep it secret) and FILE.pub.')
    .argument('<FILE>');
  handle<[string], object>(keygen, async (_context, file) => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    await writeOutput(file, privateKey.export({ type: 'pkcs8', format: 'pem' }) as string, 0o600);
    const pem = publicKey.export({ type: 'spki', format: 'pem' }) as string;
    await writeOutput(`${file}.pub`, pem);
    const key = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
    return doneAnswer(
      { privateKey: file, publicKey: key },
      `The secret key is ${file}, the public key ${file}.pub.`,
      'An installation trusts it by licensing.json in its data folder:',
      JSON.stringify({ packsOnly: true, issuers: { 'YOUR NAME': key } }),
    );
  });

  const signCommand = license
    .command('sign')
    .description('Sign a pack of licenses for an organization.')
    .argument('<QUANTITY>')
    .requiredOption('--key <file>', 'secret key of `sterna license keygen`')
    .requiredOption('--issuer <name>', 'your name, as the installation knows it')
    .requiredOption('--organization <id>', "the organization's public id (`sterna whoami` shows it)")
    .addOption(typeOption())
    .addOption(tierOption())
    .option('--not-after <instant>', 'until when it may be imported, such as 2027-01-31T00:00:00Z')
    .option('--output <file>', 'stdout without it');
  handle<[string], SignOptions>(signCommand, async ({ options }, quantity) => {
    const pack: LicensePack = {
      v: 1,
      packId: randomUUID(),
      organization: options.organization,
      type: options.type,
      tier: options.tier,
      quantity: readNumber('QUANTITY', quantity, 1, 1_000_000),
      issuer: options.issuer,
      issuedAt: new Date().toISOString(),
      ...(options.notAfter === undefined ? {} : { notAfter: options.notAfter }),
    };
    const signature = sign(null, packBytes(pack), await readKey(options.key)).toString('base64');
    const text = `${JSON.stringify({ pack, signature }, null, 1)}\n`;
    if (options.output === undefined) return { ...textAnswer(text), data: { pack, signature } };
    await writeOutput(options.output, text);
    return doneAnswer(
      { file: options.output, packId: pack.packId },
      `The pack ${pack.packId} is in ${options.output}.`,
    );
  });
}

async function readKey(path: string) {
  const pem = await readInput(path);
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch {
    // Told below; the parser's own words may quote the key.
  }
  throw new SternaError('config', 'key-file-invalid', `The file ${path} holds no Ed25519 secret key.`, {
    field: '--key',
    fix: 'Make one with `sterna license keygen FILE`.',
  });
}
