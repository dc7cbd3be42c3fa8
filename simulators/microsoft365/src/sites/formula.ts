/**
 * What a calculated column says: texts, numbers and columns joined by `&`, `+`, `-`, `*` and `/`, from left to right. It is
 * a small part of SharePoint's formulas, enough to see that a value is computed and not stored.
 *
 * @param formula `=[Amount]*2`, `=[Title]&" ("&[Amount]&")"`; columns by the name that is shown or the internal one
 * @param fieldOf undefined for an empty column
 */
export function evaluate(formula: string, fieldOf: (column: string) => unknown): string | number | undefined {
  const tokens =
    formula.replace(/^=/, '').match(/"(?:[^"]|"")*"|\[[^\]]+\]|[A-Za-z_]\w*|\d+(?:\.\d+)?|[&+\-*/]/g) ?? [];
  const operand = (token: string | undefined): string | number => {
    if (token === undefined) return '';
    if (token.startsWith('"')) return token.slice(1, -1).replaceAll('""', '"');
    if (/^\d/.test(token)) return Number(token);
    const value = fieldOf(token.replace(/^\[|\]$/g, ''));
    return typeof value === 'number' || typeof value === 'string' ? value : '';
  };
  let result = operand(tokens[0]);
  for (let at = 1; at + 1 < tokens.length; at += 2) {
    const right = operand(tokens[at + 1]);
    const [a, b] = [Number(result), Number(right)];
    const operator = tokens[at];
    if (operator === '&') result = `${result}${right}`;
    else if (operator === '+') result = a + b;
    else if (operator === '-') result = a - b;
    else if (operator === '*') result = a * b;
    else result = a / b;
  }
  return result === '' || Number.isNaN(result) ? undefined : result;
}
