import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { CONTENT_KINDS, type ContentKind, parseSettings, type Settings, SternaError } from '@sterna/core';
import type { CopyEndpoint, Side } from '@sterna/server/copy';
import { type Command, Option } from 'commander';
import { type CommandContext, handle } from '../context.ts';
import type { Answer } from '../io/answer.ts';
import { askSecret } from '../io/secrets.ts';

interface CopyOptions {
  readonly state?: string;
  readonly insecure: boolean;
  readonly conflict: 'skip' | 'overwrite' | 'rename';
  readonly kinds?: string;
  readonly from?: string;
  readonly to?: string;
  readonly mapFolder: readonly string[];
  readonly exclude: readonly string[];
  readonly preventDuplicates: boolean;
  readonly renameSuffix?: string;
  readonly versions?: string;
  readonly deletions: 'keep' | 'report' | 'propagate';
  readonly permissions: boolean;
  readonly dryRun: boolean;
  readonly verify: boolean;
}

const URLS = `
Addresses (user names percent-encoded; passwords never in them):
  imaps://user@host[:port]     IMAP with implicit TLS
  imap://user@host[:port]      IMAP with STARTTLS; plain text only to loopback or with --insecure
  caldav+https://user@host     calendars and tasks; the host, or the full address of the user's home
  carddav+https://user@host    address books, likewise
  maildir:PATH  mbox:PATH  eml:PATH      mail
  ics:PATH  vcf:PATH           calendars and tasks, contacts: a file, or a folder searched in depth
  takeout:PATH                 an unpacked Google Takeout, all kinds; only to read
  archive:PATH                 Sterna's backup format, all kinds of a mailbox
  files:PATH                   a folder of files
  webdav+https://user@host/path      files on a WebDAV server (Nextcloud, ownCloud, Apache, …)
  s3+https://KEY@host/bucket/path    files in S3-compatible storage; the secret key is the password
A path alone will do where its name or content says what it is: calendar.ics, cards.vcf, mail.mbox, a Maildir, a backup,
a Takeout; as a target also a new folder (with / at its end), which becomes a backup.

Environment:
  STERNA_SOURCE_PASSWORD, STERNA_TARGET_PASSWORD   else you are asked on a terminal
  STERNA_SOURCE_CONFIG, STERNA_TARGET_CONFIG       JSON file with connector settings that don't fit an address
                                                   (and, under "credentials", user, password or accessToken),
                                                   such as {"ca": "authority.pem"} for a certificate of your own`;

export function registerCopy(program: Command): void {
  const copy = program
    .command('copy')
    .summary('copy one mailbox or drive, no server, no license; run again to bring what is new')
    .description(
      'Copies one mailbox or drive from SOURCE to TARGET. Run it again to bring what changed since: the state folder remembers.',
    )
    .argument('<SOURCE>', 'address to read')
    .argument('<TARGET>', 'address to write');
  addPassOptions(copy).addHelpText('after', URLS);
  handle<[string, string], CopyOptions>(copy, (context, source, target) => runCopyCommand(context, source, target));

  const restore = program
    .command('restore')
    .summary('put a backup back')
    .description(
      'Puts a backup (a folder that Sterna wrote) back into TARGET. The same as `sterna copy archive:BACKUP TARGET`, or for a drive `sterna copy files:BACKUP TARGET`.',
    )
    .argument('<BACKUP>', 'folder of the backup, or its archive: or files: address')
    .argument('<TARGET>', 'address to write');
  addPassOptions(restore).addHelpText('after', URLS);
  handle<[string, string], CopyOptions>(restore, async (context, backup, target) => {
    const { backupAddress } = await import('@sterna/server/copy');
    return runCopyCommand(context, backupAddress(backup, target), target);
  });
}

/** `copy` and `restore` are one pass with the same knobs. */
function addPassOptions(command: Command): Command {
  const collect = (value: string, before: readonly string[]): string[] => [...before, value];
  return command
    .option('--state <dir>', `folder of the state, for any number of pairs (default: ${defaultStateDir()})`)
    .option('--insecure', 'allow plain text to other machines: passwords can be read on the way', false)
    .addOption(
      new Option('--conflict <option>', 'what to do where the target copy was changed')
        .choices(['skip', 'overwrite', 'rename'])
        .default('skip'),
    )
    .option('--kinds <list>', `only these kinds, comma-separated: ${CONTENT_KINDS.join(',')}`)
    .option('--from <date>', 'only what is dated on or after this day or instant (2024-01-31, 2024-01-31T12:00:00Z)')
    .option('--to <date>', 'only what is dated before this day or instant')
    .option('--map-folder <OLD=NEW>', 'put folder OLD into NEW (repeatable)', collect, [])
    .option('--exclude <folder>', 'leave a folder and those below it out (repeatable)', collect, [])
    .option('--rename-suffix <text>', 'what --conflict rename adds to a file, with {n} for a number (default: _{n})')
    .option('--versions <number>', 'earlier versions of a file to bring besides the current one')
    .addOption(
      new Option('--deletions <option>', 'what to do with the copy of what was deleted at the source')
        .choices(['keep', 'report', 'propagate'])
        .default('keep'),
    )
    .option('--no-permissions', 'leave out who may see and change files')
    .option('--prevent-duplicates', 'recognize what is in the target already (default)', true)
    .option('--no-prevent-duplicates', 'write even what seems to be in the target already')
    .option('--dry-run', 'write nothing: say what a copy would do', false)
    .option('--verify', 'compare source, books and target afterwards', false);
}

async function runCopyCommand(
  context: CommandContext<CopyOptions>,
  sourceUrl: string,
  targetUrl: string,
): Promise<Answer | undefined> {
  const { options, terminal } = context;
  if (options.dryRun && options.verify)
    throw new SternaError('config', 'nothing-to-verify', 'A dry run writes nothing that could be verified.', {
      field: '--verify',
      fix: 'Leave out --verify, or --dry-run.',
    });
  const settings = readSettings(options);
  refuseSecretsInUrl('source', sourceUrl);
  refuseSecretsInUrl('target', targetUrl);

  const { forecastCopy, parseCopyEndpoint, refuseSameEndpoint, runCopy } = await import('@sterna/server/copy');
  const parse = (side: Side, url: string): Promise<CopyEndpoint> =>
    parseCopyEndpoint(side, url, {
      insecure: options.insecure,
      configFile: process.env[`STERNA_${side.toUpperCase()}_CONFIG`] || undefined,
    });
  const parsedSource = await parse('source', sourceUrl);
  const parsedTarget = await parse('target', targetUrl);
  refuseSameEndpoint(parsedSource, parsedTarget);
  const signIn = async (endpoint: CopyEndpoint): Promise<CopyEndpoint> => {
    if (!endpoint.needsPassword) return endpoint;
    const variable = `STERNA_${endpoint.side.toUpperCase()}_PASSWORD`;
    const password = await askSecret(terminal, variable, `Password for ${endpoint.label} (${endpoint.side})`);
    return { ...endpoint, credentials: { ...endpoint.credentials, ...(password === undefined ? {} : { password }) } };
  };
  const source = await signIn(parsedSource);
  const target = await signIn(parsedTarget);
  const { followCopy, followForecast } = await import('../io/copy-report.ts');
  const request = { source, target, settings, stateDir: resolve(options.state ?? defaultStateDir()) };
  return options.dryRun
    ? followForecast(terminal, (hooks) => forecastCopy({ ...request, ...hooks }))
    : followCopy(terminal, (hooks) => runCopy({ ...request, verify: options.verify, ...hooks }));
}

/**
 * `$XDG_STATE_HOME/sterna`, else `~/.local/state/sterna`. For root `/var/lib/sterna/copy`: the embedded database then
 * runs as another user, who can't traverse root's home.
 */
export function defaultStateDir(): string {
  if (process.getuid?.() === 0) return '/var/lib/sterna/copy';
  return join(process.env.XDG_STATE_HOME || join(homedir(), '.local', 'state'), 'sterna');
}

/** The options as a project's settings, checked by the same rules, with the option named that is at fault. */
function readSettings(options: CopyOptions): Settings {
  const from = readDate('--from', options.from);
  const to = readDate('--to', options.to);
  const kinds = options.kinds === undefined ? undefined : readKinds(options.kinds);
  try {
    return parseSettings({
      dateFilter: { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) },
      folders: { exclude: options.exclude, map: options.mapFolder.map(readFolderMapping) },
      ...(kinds === undefined
        ? {}
        : { kinds: Object.fromEntries(CONTENT_KINDS.map((kind) => [kind, kinds.includes(kind)])) }),
      conflict: options.conflict,
      ...(options.renameSuffix === undefined ? {} : { renameSuffix: options.renameSuffix }),
      ...(options.versions === undefined ? {} : { versionDepth: readCount('--versions', options.versions) }),
      deletions: options.deletions,
      permissions: options.permissions,
      duplicatePrevention: options.preventDuplicates,
    });
  } catch (thrown) {
    if (!(thrown instanceof SternaError)) throw thrown;
    const option = Object.entries(OPTION_OF_SETTING).find(([setting]) => thrown.field?.startsWith(setting))?.[1];
    if (option === undefined) throw thrown;
    throw new SternaError('config', thrown.code, thrown.message, {
      field: option,
      fix: FIX_BY_OPTION[thrown.code] ?? `Correct ${option}.`,
      cause: thrown,
    });
  }
}

const OPTION_OF_SETTING: Readonly<Record<string, string>> = {
  'dateFilter.from': '--from',
  'dateFilter.to': '--to',
  'folders.map': '--map-folder',
  'folders.exclude': '--exclude',
  kinds: '--kinds',
  renameSuffix: '--rename-suffix',
  versionDepth: '--versions',
};
/** Where the settings' own advice speaks of what an option can't say. */
const FIX_BY_OPTION: Readonly<Record<string, string>> = {
  'date-filter-reversed': 'Let --to be later than --from.',
  'folder-map-two-sources': 'Give each folder a target of its own.',
  'folder-map-two-targets': 'Keep one of the two.',
  'folder-map-cycle': 'Send one of them to a folder that no --map-folder starts from.',
};

function readKinds(list: string): ContentKind[] {
  return list.split(',').map((word) => {
    const kind = CONTENT_KINDS.find((known) => known === word.trim());
    if (kind !== undefined) return kind;
    throw new SternaError('config', 'kind-unknown', `The content kind "${word.trim()}" is not known.`, {
      field: '--kinds',
      fix: `Use ${CONTENT_KINDS.join(', ')}, separated by commas.`,
    });
  });
}

function readCount(option: string, text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw new SternaError('config', 'number-invalid', `"${text}" is no number of versions.`, {
    field: option,
    fix: 'Write a whole number, such as 10.',
  });
}

/** A day is its start in UTC. */
function readDate(option: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const date = new Date(text);
  // A day that doesn't exist (31 February) rolls over in `Date` instead of being refused.
  const valid =
    /^\d{4}-\d{2}-\d{2}(T.+(Z|[+-]\d{2}:?\d{2}))?$/.test(text) &&
    !Number.isNaN(date.getTime()) &&
    new Date(text.slice(0, 10)).toISOString().startsWith(text.slice(0, 10));
  if (valid) return date.toISOString();
  throw new SternaError('config', 'date-invalid', `"${text}" is no date.`, {
    field: option,
    fix: 'Write 2024-01-31 or 2024-01-31T12:00:00Z.',
  });
}

function readFolderMapping(text: string): { readonly from: string; readonly to: string } {
  const at = text.indexOf('=');
  const from = text.slice(0, at).trim();
  const to = text.slice(at + 1).trim();
  if (at > 0 && from !== '' && to !== '') return { from, to };
  throw new SternaError(
    'config',
    'folder-mapping-invalid',
    `The folder mapping "${text}" is not of the form OLD=NEW.`,
    {
      field: '--map-folder',
      fix: 'Write for example --map-folder "Old/Name=New/Name".',
    },
  );
}

/** Arguments are visible to every user of the machine; the message must not repeat what was typed there. */
function refuseSecretsInUrl(side: Side, url: string): void {
  if (!/^[a-z][a-z0-9+.-]*:\/\/[^/@]*:[^/@]*@/i.test(url)) return;
  throw new SternaError(
    'config',
    'password-in-url',
    `The ${side} address holds a password, which every user of this machine can see.`,
    {
      field: side,
      fix: `Leave it out and set STERNA_${side.toUpperCase()}_PASSWORD.`,
    },
  );
}
