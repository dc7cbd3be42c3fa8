import { execFileSync } from 'node:child_process';

/** Debian's Python, whose own library for mail had no part in writing or comparing it. */
const PYTHON = '/usr/bin/python3';

const PROGRAM = `
import base64, email, email.header, email.utils, hashlib, html, json, re, sys
from email import policy

def decoded(value):
    if value is None: return ''
    try: text = str(email.header.make_header(email.header.decode_header(str(value))))
    except Exception: text = str(value)
    return ' '.join(text.split())

def people(message, name):
    found = email.utils.getaddresses([str(one) for one in message.get_all(name, [])])
    return sorted(address.lower() for shown, address in found if '@' in address)

def date(message):
    try: return int(email.utils.parsedate_to_datetime(str(message.get('date'))).timestamp())
    except Exception: return None

def text_of(part):
    raw = part.get_payload(decode=True) or b''
    charset = part.get_content_charset() or 'utf-8'
    for one in (charset, 'utf-8', 'latin-1'):
        try: return raw.decode(one)
        except Exception: pass

def plain(text): return ' '.join(text.split())
def stripped(text):
    text = re.sub(r'(?is)<(head|style|script|title)\\b.*?</\\1>', ' ', text)
    return plain(html.unescape(re.sub(r'(?s)<!--.*?-->|<[^>]*>', ' ', text)))

def leaves(part):
    if part.get_content_type() != 'message/rfc822' and part.is_multipart():
        for one in part.get_payload(): yield from leaves(one)
    else: yield part

def told(raw):
    message = email.message_from_bytes(raw, policy=policy.compat32)
    texts, htmls, files = [], [], []
    for part in leaves(message):
        kind, name = part.get_content_type(), decoded(part.get_filename())
        is_file = part.get_content_disposition() == 'attachment' or name != ''
        if kind == 'message/rfc822':
            inner = part.get_payload()
            inner = inner[0] if isinstance(inner, list) and inner else None
            files.append('message: ' + decoded(inner.get('subject') if inner is not None else ''))
        elif kind == 'text/plain' and not is_file: texts.append(plain(text_of(part)))
        elif kind == 'text/html' and not is_file: htmls.append(stripped(text_of(part)))
        else:
            content = part.get_payload(decode=True) or b''
            # Text may come with other line ends.
            if kind.startswith('text/'): content = content.replace(b'\\r\\n', b'\\n').strip()
            files.append(hashlib.sha256(content).hexdigest()[:16])
    return {
        'subject': decoded(message.get('subject')), 'from': people(message, 'from'), 'to': people(message, 'to'),
        'cc': people(message, 'cc'), 'date': date(message), 'id': decoded(message.get('message-id')),
        'replyTo': decoded(message.get('in-reply-to')), 'shown': [t for t in (htmls or texts) if t != ''], 'files': sorted(files),
    }

json.dump([told(base64.b64decode(one)) for one in json.load(sys.stdin)], sys.stdout)
`;

/** What a message says to whoever reads it. */
export interface MailMeaning {
  readonly subject: string;
  /** Addresses in small letters, sorted; those that are none aren't told. */
  readonly from: readonly string[];
  readonly to: readonly string[];
  readonly cc: readonly string[];
  /** Seconds since 1970; null: it has none that can be read. */
  readonly date: number | null;
  readonly id: string;
  readonly replyTo: string;
  /** Its HTML's text, or else its plain text; blanks count once. */
  readonly shown: readonly string[];
  /** Hashes of attachments, and subjects of attached messages; sorted. */
  readonly files: readonly string[];
}

/** In the order given. */
export const mailMeanings = (messages: readonly Buffer[]): readonly MailMeaning[] =>
  JSON.parse(
    execFileSync(PYTHON, ['-c', PROGRAM], {
      input: JSON.stringify(messages.map((raw) => raw.toString('base64'))),
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    }),
  );
