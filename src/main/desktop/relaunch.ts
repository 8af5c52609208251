/** The program started once more as soon as this process has ended. */
import { app } from 'electron';

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
