import type { Clock } from '@sterna/simulator-kit';
import { Random } from '@sterna/simulator-kit';
import { GraphFaults } from './faults/faults.ts';
import type { Throttle } from './limits/throttle.ts';
import { Tokens } from './odata/tokens.ts';
import { Ids } from './state/ids.ts';
import type { App, Tenant } from './state/tenant.ts';
import { AccessTokens } from './token/access-tokens.ts';

/** Everything that one running simulator is: its tenants, apps, clock, limits and faults. */
export class Cloud {
  /** `http://127.0.0.1:PORT`, without a slash at its end; set once the server listens. */
  baseUrl = '';
  /** Where URLs lead that need no sign-in (uploads, downloads, imports); as the vendor's do, it may be another host. */
  openUrl = '';
  readonly clock: Clock;
  /** How long each request takes, in milliseconds of the clock. */
  latencyMs = 0;
  /** Resource units that drives and sites were asked for, refused requests too. */
  resourceUnits = 0;
  readonly ids: Ids;
  readonly faults = new GraphFaults();
  readonly tenants: Tenant[] = [];
  readonly apps = new Map<string, App>();
  readonly accessTokens: AccessTokens;
  readonly tokens: Tokens;
  readonly throttle: Throttle;
  readonly assumptions: Assumptions;

  constructor(seed: string, clock: Clock, throttle: Throttle, assumptions: Assumptions) {
    this.clock = clock;
    this.throttle = throttle;
    this.assumptions = assumptions;
    this.ids = new Ids(new Random(`${seed}/ids`));
    const keys = new Random(`${seed}/keys`);
    this.tokens = new Tokens(keys.bytes(32));
    this.accessTokens = new AccessTokens(clock, keys.bytes(32));
  }

  /** By id or one of its domains. */
  tenant(key: string): Tenant | undefined {
    const lower = key.toLowerCase();
    return this.tenants.find(
      ({ id, domain, otherDomains }) => id === lower || domain === lower || otherDomains.has(lower),
    );
  }
}

/** Where the vendor's behaviour isn't certain, what this simulator does; docs/connectors/microsoft365.md lists them. */
export interface Assumptions {
  /** Beta's `mailFolder: importMime` is there. */
  readonly importMime: boolean;
  /** `importMime` takes receivedDateTime from the newest Received header, or Date; otherwise it is now. */
  readonly importMimeReceivedFromHeaders: boolean;
  /** Status of createImportSession: 200 by the reference's example, 201 by its prose. */
  readonly importSessionStatus: 200 | 201;
  /** An imported message keeps the time at which its original was made; otherwise it counts as made now. */
  readonly importKeepsCreated: boolean;
  /** JSON create with receivedDateTime, sentDateTime or internetMessageHeaders without x-: ignored or refused (400). */
  readonly dateOnCreate: 'ignore' | 'refuse';
  /** MIME may be posted to a folder's messages; otherwise to /messages alone. */
  readonly mimeInFolders: boolean;
  /** What a folder's delta says of a message that moved elsewhere. */
  readonly movedReason: 'changed' | 'deleted';
  /** Once in a round of several pages, delta answers an empty page with a nextLink. */
  readonly emptyPages: boolean;
  /** HTML that comes as JSON is told as a whole document with a head, text with CRLF, as the reference's examples show. */
  readonly rewritesBodies: boolean;
  /** A meeting's update mails its attendees even when only categories, reminder or extended properties changed. */
  readonly everyUpdateMails: boolean;
  /** An event created with a GlobalObjectId (`Binary {6ED8DA90-…} Id 0x3`) keeps it, and iCalUId follows. */
  readonly globalObjectIdKept: boolean;
  /** An app on its own may attach files to tasks, and remove them; the reference says “not supported”. */
  readonly taskAttachmentsByApps: boolean;
  /** A task is made together with the open extensions that its create names; otherwise they are dropped without a word. */
  readonly taskExtensionsOnCreate: boolean;
}

export const DEFAULT_ASSUMPTIONS: Assumptions = {
  importMime: false,
  importMimeReceivedFromHeaders: true,
  importSessionStatus: 200,
  importKeepsCreated: false,
  dateOnCreate: 'ignore',
  mimeInFolders: true,
  movedReason: 'changed',
  emptyPages: true,
  rewritesBodies: true,
  everyUpdateMails: false,
  globalObjectIdKept: true,
  taskAttachmentsByApps: false,
  taskExtensionsOnCreate: true,
};
