import { allItems } from '@sterna/api-contract';
import type { Command } from 'commander';
import { handle } from '../context.ts';
import { listAnswer } from '../io/answer.ts';
import { writeExport } from '../io/files.ts';
import { auditColumns } from '../io/views.ts';
import { connect } from '../remote/connect.ts';

interface AuditOptions {
  readonly subject?: string;
  readonly action?: string;
  readonly export?: string;
}

export function registerAudit(program: Command): void {
  const audit = program
    .command('audit')
    .description('The audit trail: who did what and when, newest first.')
    .option('--subject <subject>', 'of one thing only: entry/12, project/3')
    .option('--action <action>', 'of one kind of act only: entry.initial, license.grant')
    .option('--export <file>', 'write the whole trail for `sterna ledger verify FILE`');
  handle<[], AuditOptions>(audit, async ({ options }) => {
    const client = await connect(options);
    if (options.export !== undefined) return writeExport(options.export, await client.exportAudit());
    const { subject, action } = options;
    const rows = await allItems((after) =>
      client.listAudit({
        query: {
          limit: 500,
          ...(subject === undefined ? {} : { subject }),
          ...(action === undefined ? {} : { action }),
          ...(after === undefined ? {} : { after }),
        },
      }),
    );
    return listAnswer(rows, auditColumns, 'There is nothing of that in the audit trail.');
  });
}
