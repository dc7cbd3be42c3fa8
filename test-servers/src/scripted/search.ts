/** SEARCH: from its keys to a predicate. */
import { header, split } from './messages.ts';
import type { StoredMessage } from './store.ts';
import { Arguments as Args, type Arguments, dayOf, flag, inSet, parseDay, SyntaxFault, type Token } from './syntax.ts';

export interface Candidate {
  message: StoredMessage;
  sequence: number;
}

export interface SearchScope {
  lastUid: number;
  lastSequence: number;
  /** set when a MODSEQ key was used */
  modseqUsed: boolean;
}

type Predicate = (candidate: Candidate) => boolean;

export function searchPredicate(args: Arguments, scope: SearchScope): Predicate {
  const all: Predicate[] = [];
  if (args.done) throw new SyntaxFault('SEARCH without a key');
  while (!args.done) all.push(key(args, scope));
  return (candidate) => all.every((predicate) => predicate(candidate));
}

function key(args: Arguments, scope: SearchScope): Predicate {
  const token: Token = args.next();
  if (token.kind === 'list') return searchPredicate(new Args(token.items), scope);
  if (token.kind !== 'atom') throw new SyntaxFault('expected a search key');
  const word = token.text.toUpperCase();
  const has =
    (name: string): Predicate =>
    ({ message }) =>
      message.flags.has(name);
  const not =
    (inner: Predicate): Predicate =>
    (candidate) =>
      !inner(candidate);
  const contains =
    (field: string, text: string): Predicate =>
    ({ message }) =>
      header(message.bytes, field)?.toLowerCase().includes(text.toLowerCase()) ?? false;
  const keyword = (text: string): Predicate => {
    const wanted = flag(text).toLowerCase();
    return ({ message }) => [...message.flags].some((name) => name.toLowerCase() === wanted);
  };
  const day = (compare: (day: number, wanted: number) => boolean): Predicate => {
    const wanted = parseDay(args.text());
    return ({ message }) => compare(dayOf(message.date), wanted);
  };
  const sentDay = (compare: (day: number, wanted: number) => boolean): Predicate => {
    const wanted = parseDay(args.text());
    return ({ message }) => {
      const time = Date.parse(header(message.bytes, 'date') ?? '');
      return !Number.isNaN(time) && compare(Math.floor(time / 86_400_000), wanted);
    };
  };
  switch (word) {
    case 'ALL':
      return () => true;
    case 'ANSWERED':
    case 'DELETED':
    case 'DRAFT':
    case 'FLAGGED':
    case 'SEEN':
      return has(flag(`\\${word}`));
    case 'UNANSWERED':
    case 'UNDELETED':
    case 'UNDRAFT':
    case 'UNFLAGGED':
    case 'UNSEEN':
      return not(has(flag(`\\${word.slice(2)}`)));
    case 'RECENT':
    case 'NEW':
      return () => false; // nothing is recent here
    case 'OLD':
      return () => true;
    case 'KEYWORD':
      return keyword(args.text());
    case 'UNKEYWORD':
      return not(keyword(args.text()));
    case 'UID': {
      const set = args.atom();
      inSet(set, 1, scope.lastUid);
      return ({ message }) => inSet(set, message.uid, scope.lastUid);
    }
    case 'BEFORE':
      return day((a, b) => a < b);
    case 'ON':
      return day((a, b) => a === b);
    case 'SINCE':
      return day((a, b) => a >= b);
    case 'SENTBEFORE':
      return sentDay((a, b) => a < b);
    case 'SENTON':
      return sentDay((a, b) => a === b);
    case 'SENTSINCE':
      return sentDay((a, b) => a >= b);
    case 'LARGER': {
      const size = args.number();
      return ({ message }) => message.bytes.length > size;
    }
    case 'SMALLER': {
      const size = args.number();
      return ({ message }) => message.bytes.length < size;
    }
    case 'HEADER':
      return contains(args.text(), args.text());
    case 'SUBJECT':
    case 'FROM':
    case 'TO':
    case 'CC':
    case 'BCC':
      return contains(word, args.text());
    case 'BODY':
    case 'TEXT': {
      const wanted = args.text().toLowerCase();
      return ({ message }) => {
        const bytes = word === 'BODY' ? split(message.bytes)[1] : message.bytes;
        return bytes.toString('latin1').toLowerCase().includes(wanted);
      };
    }
    case 'MODSEQ': {
      if (args.peek()?.kind === 'string') {
        args.next();
        args.next();
      }
      const modseq = args.number();
      scope.modseqUsed = true;
      return ({ message }) => message.modseq >= modseq;
    }
    case 'EMAILID': {
      const id = args.text();
      return ({ message }) => message.emailId === id;
    }
    case 'NOT':
      return not(key(args, scope));
    case 'OR': {
      const [a, b] = [key(args, scope), key(args, scope)];
      return (candidate) => a(candidate) || b(candidate);
    }
    default: {
      if (!/^[\d*]/.test(word)) throw new SyntaxFault(`unknown search key ${word}`);
      inSet(word, 1, scope.lastSequence);
      return ({ sequence }) => inSet(word, sequence, scope.lastSequence);
    }
  }
}
