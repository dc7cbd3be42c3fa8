/** People who sign in at a provider of identities (OpenID Connect), with or without a password of ours. */
export const statements: readonly string[] = [
  // Null: made by a sign-in at the provider; no password opens it.
  'alter table account alter column password_hash drop not null',
  // Until then the password counts although passwords are switched off: the way back in, given on the server itself.
  'alter table account add column password_until timestamptz',
  `create table account_identity (
     issuer text not null,
     subject text not null,
     account_id bigint not null references account,
     created_at timestamptz not null default now(),
     primary key (issuer, subject)
   )`,
  // One identity of a provider each: an address that somebody else has now doesn't open it.
  'create unique index account_identity_account on account_identity (account_id, issuer)',
  'alter table session add column at_provider boolean not null default false',
];
