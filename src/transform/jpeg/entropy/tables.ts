/** The Huffman tables that scans use: their way into the machine, and the new ones of progressive files. */
import type { ScanHeader } from './frame.ts';
import { type HuffmanTable, optimalTable } from './huffman.ts';
import type { Machine } from './machine.ts';
import { ok } from './status.ts';
import { Unable } from './unable.ts';

/** Those in force, by kind and number. */
export type Tables = ReadonlyMap<string, HuffmanTable>;

/** @throws Unable when the file has none of that number */
export function tableOf(tables: Tables, kind: 'dc' | 'ac', number: number): HuffmanTable {
  const table = tables.get(`${kind}${number}`);
  if (table === undefined) throw new Unable('a Huffman table is missing');
  return table;
}

/**
 * @param at room for 272 bytes in the machine's memory
 * @returns the place of the table in the machine
 * @throws Unable when it is missing, or no prefix code
 */
export function loadTable(
  machine: Machine,
  at: number,
  tables: Tables,
  kind: 'dc' | 'ac',
  number: number,
): number {
  const { definition } = tableOf(tables, kind, number);
  const slot = (kind === 'dc' ? 0 : 4) + number;
  definition.copy(machine.bytes, at);
  if (machine.entropy.buildTable(slot, at) !== ok) throw new Unable('a Huffman table is damaged');
  return slot;
}

/**
 * A DC table that is the best one for the source gives way to the best one for the result: only so does negating twice
 * give the source back, and a table made to measure may lack codes. Any other table stays.
 * @param scans the first DC scans of a progressive file
 */
export function chooseTables(
  scans: readonly { readonly header: ScanHeader; readonly tables: Tables }[],
): void {
  const used = new Set(
    scans.flatMap(({ header, tables }) => header.components.map(({ dc }) => tableOf(tables, 'dc', dc))),
  );
  for (const table of used) {
    if (optimalTable(table.before).equals(table.definition)) table.definition = optimalTable(table.after);
  }
}
