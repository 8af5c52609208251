/**
 * The desktop shell: Electron's main process over src/main/app.ts, with trainer processes as utility processes.
 * Nothing is here yet; the command line (src/main/headless) is all that there is.
 */
export {};
