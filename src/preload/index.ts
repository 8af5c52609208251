/**
 * The bridge between window and main process: it will hand the window the contract of src/main/api and nothing else of Electron or Node.
 * Nothing is here yet; the command line is all that there is.
 */
export {};
