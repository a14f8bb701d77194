// What a scan's function answers. The host has the same list (status.ts beside the assembly folder).

export const ok: i32 = 0;
/** A code that the table does not have. */
export const badCode: i32 = 1;
/** The data end before the picture does. */
export const cutShort: i32 = 2;
/** More coefficients than a block has. */
export const tooMany: i32 = 3;
/** More data than the picture needs. */
export const leftOver: i32 = 4;
/** The last byte is not filled up with ones, as T.81 (F.1.2.3) asks for: the way back would not find it. */
export const oddPadding: i32 = 5;
/** No restart marker, or a wrong one, where one must be. */
export const noRestart: i32 = 6;
/** The table has no code for the shifted value. */
export const noCode: i32 = 7;
/** The host gave too little room for the result. */
export const noRoom: i32 = 8;
