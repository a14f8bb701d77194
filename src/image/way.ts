/** How an output came to be, by the names that the ledger uses. */
export const ways = ['copy', 'lossless', 'pixels', 'own'] as const;

/**
 * - `copy`: the input's own bytes.
 * - `lossless`: negated, turned, mirrored, cropped or stripped in the file's coded data, or negated in its palette.
 * - `pixels`: decoded, changed, encoded again; `why` says what kept it from being made without loss, where that was
 *   tried.
 * - `own`: the very bytes that a command or module of the recipe gave.
 */
export type Way =
  | { readonly way: 'copy' | 'lossless' | 'own' }
  | { readonly way: 'pixels'; readonly why?: string };
