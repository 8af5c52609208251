/** The same each time, so that a bookmark and what the browser keeps for the page stay good. */
export const USUAL_PORT = 8317;
