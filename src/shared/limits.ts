/**
 * The most bytes that the record stores in one piece, the weights or the optimizer's state of a checkpoint: SQLite takes rows of up to
 * 1,000,000,000 bytes.
 */
export const MAX_STORED_BYTES = 990_000_000;
