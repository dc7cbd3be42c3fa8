/**
 * A number is one of those in a parameter, for columns that end an index. With their first and last, so that whatever way
 * PostgreSQL takes through that index, it reads what lies between them: without, up to version 16 and with statistics of
 * an empty table, it reads all there is of the entry to find a hundred numbers, for each hundred.
 *
 * @param parameter as in the text of the statement: `$2`, an array of bigint
 */
export const isAmong = (column: string, parameter: string): string =>
  `${column} = any(${parameter}::bigint[])
     and ${column} between (select min(n) from unnest(${parameter}::bigint[]) n)
                       and (select max(n) from unnest(${parameter}::bigint[]) n)`;
