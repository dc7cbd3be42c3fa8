import type { Mailbox } from './mailbox.ts';
import { type Message, partsOf, snippetOf } from './message.ts';
import type { MimePart } from './mime.ts';

export interface Search {
  readonly matches: (message: Message) => boolean;
  /** It names spam, trash or everything, so these aren't left out. */
  readonly everywhere: boolean;
  /** The only Message-ID that can match, where the query says so. */
  readonly messageId: string | undefined;
}

type Test = (message: Message) => boolean;

/**
 * Reads a query as the search box takes it: words and "phrases", `operator:value`, `-` before what mustn't be, OR, and
 * groups in ( ) and { }. Source: support.google.com/mail/answer/7190. Days begin at midnight in PST, as the API's page
 * on filtering has it.
 *
 * @param now milliseconds
 */
export function parseSearch(query: string, mailbox: Mailbox, now: number): Search {
  const tokens = query.match(/[(){}]|-?[\w-]+:(?:"[^"]*"|\([^)]*\)|[^\s(){}]*)|-?"[^"]*"|[^\s(){}]+|-(?=[({])/g) ?? [];
  let at = 0;
  let everywhere = false;
  let messageId: string | undefined;
  let depth = 0;

  function all(end?: string): Test {
    const tests: Test[] = [];
    while (at < tokens.length && tokens[at] !== end) {
      let test = one();
      while (tokens[at] === 'OR' && at + 1 < tokens.length) {
        at++;
        const [left, right] = [test, one()];
        messageId = undefined;
        test = (message) => left(message) || right(message);
      }
      tests.push(test);
    }
    at++;
    return (message) => tests.every((test) => test(message));
  }

  function any(): Test {
    const tests: Test[] = [];
    while (at < tokens.length && tokens[at] !== '}') tests.push(one());
    at++;
    return (message) => tests.some((test) => test(message));
  }

  function one(): Test {
    const token = tokens[at++] as string;
    if (token === '-') return not(one());
    if (token === '(' || token === '{') {
      depth++;
      const test = token === '(' ? all(')') : any();
      depth--;
      return test;
    }
    if (token.startsWith('-') && token.length > 1) return not(term(token.slice(1), true));
    return term(token, false);
  }

  function term(token: string, negated: boolean): Test {
    const [, operator, rest = ''] = /^([a-zA-Z][\w-]*):(.*)$/s.exec(token) ?? [];
    const value = (operator === undefined ? token : rest).replace(/^["(]|[")]$/g, '');
    if (operator === undefined) return anywhere(value);
    const name = operator.toLowerCase();
    if (name === 'rfc822msgid' && !negated && depth === 0) messageId = bare(value);
    if (name === 'in' && /^(anywhere|spam|trash)$/i.test(value)) everywhere = true;
    if (name === 'label' && /^(spam|trash)$/i.test(value)) everywhere = true;
    return operatorTest(name, value, mailbox, now) ?? anywhere(token);
  }

  const matches = all();
  return { matches, everywhere, messageId };
}

function operatorTest(name: string, value: string, mailbox: Mailbox, now: number): Test | undefined {
  switch (name) {
    case 'rfc822msgid':
      return ({ index }) => index.messageId === bare(value);
    case 'from':
      return ({ index }) => contains(index.from, value);
    case 'to':
      return ({ index }) => [index.to, index.cc, index.bcc].some((text) => contains(text, value));
    case 'cc':
      return ({ index }) => contains(index.cc, value);
    case 'bcc':
      return ({ index }) => contains(index.bcc, value);
    case 'subject':
      return ({ index }) => contains(index.subject, value);
    case 'list':
      return ({ index }) => contains(index.listId ?? '', value);
    case 'label':
      return labelTest(mailbox, value);
    case 'in':
      return placeTest(mailbox, value);
    case 'is':
      return stateTest(value);
    case 'category':
      return ({ labels }) => labels.has(`CATEGORY_${value.toUpperCase()}`);
    case 'has':
      return hasTest(mailbox, value);
    case 'filename':
      return (message) => attachments(partsOf(message)).some(({ filename }) => contains(filename, value));
    case 'after':
    case 'newer':
      return dateTest(value, (moment) => (message) => message.internalDate >= moment);
    case 'before':
    case 'older':
      return dateTest(value, (moment) => (message) => message.internalDate < moment);
    case 'newer_than':
      return ageTest(value, (age) => (message) => message.internalDate >= now - age);
    case 'older_than':
      return ageTest(value, (age) => (message) => message.internalDate < now - age);
    case 'larger':
      return sizeTest(value, (size) => (message) => message.raw.length >= size);
    case 'smaller':
      return sizeTest(value, (size) => (message) => message.raw.length < size);
    case 'size':
      return sizeTest(value, (size) => (message) => message.raw.length >= size);
    default:
      return undefined;
  }
}

/** Labels are written with hyphens for spaces, slashes and the like. */
function labelTest(mailbox: Mailbox, value: string): Test {
  const wanted = hyphened(value);
  const ids = [...mailbox.labels.values()].filter(({ name }) => hyphened(name) === wanted).map(({ id }) => id);
  return ({ labels }) => ids.some((id) => labels.has(id));
}

function placeTest(mailbox: Mailbox, value: string): Test {
  const place = value.toLowerCase();
  if (place === 'anywhere') return () => true;
  const system: Record<string, string> = {
    inbox: 'INBOX',
    sent: 'SENT',
    draft: 'DRAFT',
    drafts: 'DRAFT',
    spam: 'SPAM',
    trash: 'TRASH',
    chats: 'CHAT',
  };
  const id = system[place];
  if (id !== undefined) return ({ labels }) => labels.has(id);
  if (place === 'archive')
    return ({ labels }) => !['INBOX', 'SENT', 'DRAFT', 'SPAM', 'TRASH'].some((name) => labels.has(name));
  return labelTest(mailbox, value);
}

function stateTest(value: string): Test | undefined {
  switch (value.toLowerCase()) {
    case 'unread':
      return ({ labels }) => labels.has('UNREAD');
    case 'read':
      return ({ labels }) => !labels.has('UNREAD');
    case 'starred':
      return ({ labels }) => labels.has('STARRED');
    case 'important':
      return ({ labels }) => labels.has('IMPORTANT');
    case 'sent':
      return ({ labels }) => labels.has('SENT');
    default:
      return undefined;
  }
}

function hasTest(mailbox: Mailbox, value: string): Test | undefined {
  const user = ({ labels }: Message) => [...labels].some((id) => mailbox.labels.get(id)?.type === 'user');
  switch (value.toLowerCase()) {
    case 'attachment':
      return (message) => attachments(partsOf(message)).length > 0;
    case 'userlabels':
      return user;
    case 'nouserlabels':
      return not(user);
    default:
      return undefined;
  }
}

const PST_MS = 8 * 3_600_000;

/** Seconds since 1970, or a day as 2024/5/31. */
function dateTest(value: string, make: (moment: number) => Test): Test | undefined {
  const day = /^(\d{4})[/-](\d{1,2})[/-](\d{1,2})$/.exec(value);
  if (day !== null) return make(Date.UTC(Number(day[1]), Number(day[2]) - 1, Number(day[3])) + PST_MS);
  return /^\d+$/.test(value) ? make(Number(value) * 1000) : undefined;
}

function ageTest(value: string, make: (age: number) => Test): Test | undefined {
  const found = /^(\d+)([dmy])$/.exec(value);
  if (found === null) return undefined;
  const days = { d: 1, m: 30, y: 365 }[found[2] as 'd' | 'm' | 'y'];
  return make(Number(found[1]) * days * 86_400_000);
}

function sizeTest(value: string, make: (size: number) => Test): Test | undefined {
  const found = /^(\d+)([km]?)b?$/i.exec(value);
  if (found === null) return undefined;
  const unit = { '': 1, k: 1024, m: 1024 * 1024 }[(found[2] as string).toLowerCase() as '' | 'k' | 'm'];
  return make(Number(found[1]) * unit);
}

function anywhere(text: string): Test {
  const value = text.replace(/^"|"$/g, '');
  return (message) => {
    const { subject, from, to, cc } = message.index;
    return [subject, from, to, cc, snippetOf(message)].some((place) => contains(place, value));
  };
}

function attachments(part: MimePart): MimePart[] {
  const own = part.filename !== '' || part.attachment ? [part] : [];
  return [...own, ...part.parts.flatMap(attachments)];
}

function not(test: Test): Test {
  return (message) => !test(message);
}

function contains(text: string, part: string): boolean {
  return text.toLowerCase().includes(part.toLowerCase());
}

function hyphened(name: string): string {
  return name.toLowerCase().replace(/[\s/&()]+/g, '-');
}

function bare(id: string): string {
  return id.replace(/^<|>$/g, '');
}
