export const forms = {
  required: 'This is needed.',
  showPassword: 'Show what is typed',
  whole: 'A whole number.',
  between: (least: number | undefined, most: number | undefined) => {
    if (least !== undefined && most !== undefined) return `A number from ${least} to ${most}.`;
    if (least !== undefined) return `At least ${least}.`;
    return `At most ${most ?? ''}.`;
  },
  perLine: 'One per line.',
  usual: (value: string) => `Usually ${value}.`,
  notChosen: 'Choose one',
  addRow: (what: string) => `Add ${what}`,
  removeRow: (what: string, number: number) => `Remove ${what} ${number}`,
  row: 'a row',
};
