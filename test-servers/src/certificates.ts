/** Throw-away certificate authority and server certificates, made with openssl. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * - `good`: for localhost, 127.0.0.1, 127.0.0.2 and ::1, valid for two days
 * - `expired`: the same names, ended yesterday
 * - `wrongHost`: valid, for mail.elsewhere.example only
 * - `selfSigned`: the right names, signed by itself and not by the authority
 */
export type CertificateKind = 'good' | 'expired' | 'wrongHost' | 'selfSigned';

export interface Certificates {
  folder: string;
  /** PEM of the authority; what a client has to trust. */
  ca: string;
  caFile: string;
  certFile: string;
  keyFile: string;
}

const OUR_NAMES = 'DNS:localhost,IP:127.0.0.1,IP:127.0.0.2,IP:::1';

function stamp(date: Date): string {
  return `${date.toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`;
}

export function makeCertificates(folder: string, kind: CertificateKind = 'good'): Certificates {
  mkdirSync(folder, { recursive: true });
  const openssl = (...args: string[]) =>
    execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  openssl(
    ...['req', '-x509', ...key, '-days', '2', '-subj', '/CN=Sterna test authority'],
    ...['-addext', 'basicConstraints=critical,CA:TRUE', '-addext', 'keyUsage=critical,keyCertSign,cRLSign'],
    ...['-keyout', 'ca.key', '-out', 'ca.pem'],
  );
  const names = kind === 'wrongHost' ? 'DNS:mail.elsewhere.example' : OUR_NAMES;
  const common = kind === 'wrongHost' ? 'mail.elsewhere.example' : 'localhost';
  if (kind === 'selfSigned') {
    openssl(
      ...['req', '-x509', ...key, '-days', '2', '-subj', `/CN=${common}`, '-addext', `subjectAltName=${names}`],
      ...['-keyout', 'server.key', '-out', 'server.pem'],
    );
  } else {
    openssl('req', ...key, '-subj', `/CN=${common}`, '-keyout', 'server.key', '-out', 'server.csr');
    // `openssl x509 -req` can't choose the first day, `openssl ca` can.
    writeFileSync(
      join(folder, 'ca.conf'),
      `[ca]
default_ca = test
[test]
dir = ${folder}
database = ${folder}/index.txt
new_certs_dir = ${folder}
rand_serial = yes
default_md = sha256
policy = any
unique_subject = no
x509_extensions = server
[any]
commonName = supplied
[server]
subjectAltName = ${names}
basicConstraints = CA:FALSE
extendedKeyUsage = serverAuth
keyUsage = digitalSignature
`,
    );
    writeFileSync(join(folder, 'index.txt'), '');
    const day = 86_400_000;
    const now = Date.now();
    const [from, to] = kind === 'expired' ? [now - 30 * day, now - day] : [now - day, now + 2 * day];
    openssl(
      ...['ca', '-batch', '-notext', '-config', 'ca.conf', '-cert', 'ca.pem', '-keyfile', 'ca.key'],
      ...['-startdate', stamp(new Date(from)), '-enddate', stamp(new Date(to))],
      ...['-in', 'server.csr', '-out', 'server.pem'],
    );
  }
  return {
    folder,
    ca: readFileSync(join(folder, 'ca.pem'), 'utf8'),
    caFile: join(folder, 'ca.pem'),
    certFile: join(folder, 'server.pem'),
    keyFile: join(folder, 'server.key'),
  };
}
