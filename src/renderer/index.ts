/**
 * The window: runs with their curves, comparisons, and a page that writes itself, over the contract of src/main/api.
 * Nothing is here yet; the command line is all that there is.
 */
export {};
