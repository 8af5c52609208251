/** The program started once more as soon as this process has ended. */
import { app } from 'electron';

/** What the program is started with when the person chose to go on in the default folder, this once. */
export const IN_DEFAULT_PLACE = '--in-default-place';

/** An AppImage that cannot be mounted while the old one is let go of unpacks itself instead. Its runtime takes this word away. */
const UNPACKED = '--appimage-extract-and-run';

/**
 * To be followed by an end of this process. An AppImage's own program lies in a folder that is unmounted with this process, so the file
 * that the person opened is started.
 *
 * @param args of the new process; those of this one by default
 */
export function relaunch(args: readonly string[] = process.argv.slice(1)): void {
  const image = process.env['APPIMAGE'];
  // A checkout may be worked on in the terminal of a program that is an AppImage.
  if (!app.isPackaged || image === undefined || image === '') {
    app.relaunch({ args: [...args] });
    return;
  }
  app.relaunch({ execPath: image, args: [UNPACKED, ...args.filter((word) => word !== UNPACKED)] });
}

/** Those of this process, but for what was chosen for this once. */
export function ownArguments(): string[] {
  return process.argv.slice(1).filter((word) => word !== IN_DEFAULT_PLACE);
}

/** Ends the program and starts it again. @param given files that the new one is to be started with */
export function restart(given: readonly string[] = []): void {
  relaunch([...ownArguments(), ...given]);
  app.quit();
}
