import { execFileSync } from 'node:child_process';

/** Debian's Python, whose own library for mail had no part in writing or comparing it. */
const PYTHON = '/usr/bin/python3';

const PROGRAM = `
import base64, email, email.header, email.utils, hashlib, html, json, re, sys
from email import policy

def raws(message, name): return [value for key, value in message._headers if key.lower() == name]
def readable(raw):
    raw = raw.encode('utf-8', 'surrogateescape')
    try: return raw.decode('utf-8')
    except UnicodeDecodeError: return raw.decode('cp1252', 'replace')

def decoded(value):
    if value is None: return ''
    text = readable(value) if isinstance(value, str) else str(value)
    try: text = str(email.header.make_header(email.header.decode_header(text)))
    except Exception: pass
    return ' '.join(text.split())

def first(message, name): return decoded((raws(message, name) or [None])[0])

def people(message, name):
    found = email.utils.getaddresses([readable(one) for one in raws(message, name)])
    return sorted(address.lower() for shown, address in found if '@' in address)

def date(message):
    try: return int(email.utils.parsedate_to_datetime(str(message.get('date'))).timestamp())
    except Exception: return None

def received(message):
    for value in raws(message, 'received')[:1]:
        try: return int(email.utils.parsedate_to_datetime(value.rsplit(';', 1)[1].strip()).timestamp())
        except Exception: return None

def text_of(part):
    raw = part.get_payload(decode=True) or b''
    charset = part.get_content_charset() or 'utf-8'
    # As every program reads it: what claims to be Latin-1 is Windows' code page, what claims to be ASCII may be UTF-8.
    charset = {'iso-8859-1': 'cp1252', 'us-ascii': 'utf-8', 'ascii': 'utf-8'}.get(charset, charset)
    for one in (charset, 'utf-8', 'cp1252'):
        try: return raw.decode(one)
        except Exception: pass
    return raw.decode('latin-1')

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
        elif kind.startswith('multipart/'): texts.append(plain(text_of(part)))
        elif kind == 'text/plain' and not is_file: texts.append(plain(text_of(part)))
        elif kind == 'text/html' and not is_file: htmls.append(stripped(text_of(part)))
        else:
            content = part.get_payload(decode=True) or b''
            # Text may come with other line ends.
            if kind.startswith('text/'): content = content.replace(b'\\r\\n', b'\\n').strip()
            files.append(hashlib.sha256(content).hexdigest()[:16])
    return {
        'subject': first(message, 'subject'), 'from': people(message, 'from'), 'to': people(message, 'to'),
        'cc': people(message, 'cc'), 'date': date(message), 'id': first(message, 'message-id'),
        'replyTo': first(message, 'in-reply-to'), 'received': received(message), 'shown': ' '.join(t for t in (htmls or texts) if t != ''), 'files': sorted(files),
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
  /** By the newest Received header. */
  readonly received: number | null;
  readonly id: string;
  readonly replyTo: string;
  /** Its HTML's text, or else its plain text; blanks count once. */
  readonly shown: string;
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
