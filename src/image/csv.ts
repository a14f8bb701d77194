/** One line of CSV as RFC 4180 has it; a text that a spreadsheet would take for a formula is defused with a quote. */
export function csvLine(values: readonly (string | number | bigint | undefined)[]): string {
  return values
    .map((value) => {
      if (value === undefined) return '';
      const text = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
      return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
    })
    .join(',');
}
