import { spawn } from 'node:child_process';
import { createSign } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const entry = fileURLToPath(new URL('../src/sterna-simulator.ts', import.meta.url));

test('it prints one line of JSON, serves, and ends when it is told to', async () => {
  const child = spawn(process.execPath, [entry, 'microsoft365', '--seed', 'x', '--size', 'small']);
  const lines: string[] = [];
  const reader = createInterface({ input: child.stdout });
  reader.on('line', (line) => lines.push(line));
  try {
    await once(reader, 'line');
    const about = JSON.parse(lines[0] as string);
    expect(about.users).toContain('alice@contoso.example');
    expect(about.users).toContain('alice@fabrikam.example');
    const { baseUrl, clientId, loginUrl } = about.connectorSettings;
    const reply = await fetch(`${loginUrl}/contoso.example/oauth2/v2.0/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: clientId,
        client_secret: about.password,
        scope: 'https://graph.microsoft.com/.default',
      }),
    });
    const { access_token } = (await reply.json()) as { access_token: string };
    const headers = { authorization: `Bearer ${access_token}` };
    const inbox = await fetch(`${baseUrl}/v1.0/users/alice@contoso.example/mailFolders/inbox`, { headers });
    expect(((await inbox.json()) as { totalItemCount: number }).totalItemCount).toBeGreaterThan(0);
  } finally {
    child.kill('SIGTERM');
  }
  const [code] = await once(child, 'exit');
  expect(code).toBe(0);
  expect(lines).toHaveLength(1);
});

test('Google’s: the key file that it prints opens the mailboxes that it names', async () => {
  const child = spawn(process.execPath, [entry, 'google', '--seed', 'x']);
  const reader = createInterface({ input: child.stdout });
  try {
    const [line] = await once(reader, 'line');
    const { users, connectorSettings, password } = JSON.parse(line);
    expect(users).toEqual(expect.arrayContaining(['alice@nordwind.example', 'alice@lamna.example']));
    const key = JSON.parse(password);
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const now = Math.floor(Date.now() / 1000);
    const claims = {
      iss: key.client_email,
      sub: 'alice@lamna.example',
      scope: 'https://mail.google.com/',
      aud: key.token_uri,
      iat: now,
      exp: now + 600,
    };
    const body = `${part({ alg: 'RS256', typ: 'JWT', kid: key.private_key_id })}.${part(claims)}`;
    const assertion = `${body}.${createSign('RSA-SHA256').update(body).sign(key.private_key, 'base64url')}`;
    const grant_type = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
    const reply = await fetch(key.token_uri, { method: 'POST', body: new URLSearchParams({ grant_type, assertion }) });
    const { access_token } = (await reply.json()) as { access_token: string };
    const headers = { authorization: `Bearer ${access_token}` };
    const profile = await fetch(`${connectorSettings.baseUrl}/gmail/v1/users/me/profile`, { headers });
    expect(((await profile.json()) as { messagesTotal: number }).messagesTotal).toBeGreaterThan(0);
  } finally {
    child.kill('SIGTERM');
  }
  const [code] = await once(child, 'exit');
  expect(code).toBe(0);
});

test('what it does not know it says on stderr, with how it is called', async () => {
  const child = spawn(process.execPath, [entry, 'exchange']);
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const [code] = await once(child, 'exit');
  expect(code).toBe(2);
  expect(stderr).toContain('sterna-simulator microsoft365|google');
});
