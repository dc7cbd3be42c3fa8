import { SternaError } from '@sterna/core';

/** @throws SternaError config `ledger-file-invalid` */
export function parseLedgerFile(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch (thrown) {
    throw new SternaError('config', 'ledger-file-invalid', 'The file is no exported ledger: it is not JSON.', {
      fix: 'Export it again with `sterna license ledger --export FILE` or `sterna audit --export FILE`.',
      cause: thrown,
    });
  }
}
