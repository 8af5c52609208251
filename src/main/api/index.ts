/**
 * The contract between a window (or a browser) and the services: what can be asked, with schemas for all that comes in, and which events
 * come back. Nothing is here yet; the command line calls the services directly.
 */
export {};
