/** One word for a POSIX shell, whatever is in it (POSIX.1-2017, XCU 2.2.2: nothing is special between single quotes). */
export function quoteWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** A command line for the shell of the other machine. */
export function quoteCommand(words: readonly string[]): string {
  return words.map(quoteWord).join(' ');
}
