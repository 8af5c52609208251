/** One run of electron-builder, and the program's part in it. */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Arch, build, type Configuration, Platform } from 'electron-builder';
import type { Target } from './contents.ts';

export interface Packing {
  readonly root: string;
  readonly target: Target;
  readonly configuration: Configuration;
  /** Only the folder that installers are made of. */
  readonly folderOnly: boolean;
  /** A folder that holds Electron's program, instead of the one that is downloaded. */
  readonly electronDist: string | null;
}

const PLATFORMS = { linux: Platform.LINUX, darwin: Platform.MAC, win32: Platform.WINDOWS } as const;

/**
 * Makes packages for one target.
 *
 * @returns the unpacked folder, and the installers made of it
 * @throws whatever electron-builder says
 */
export async function pack(
  packing: Packing,
): Promise<{ readonly folder: string; readonly artifacts: readonly string[] }> {
  const { root, target, configuration, electronDist } = packing;
  let folder = '';
  const artifacts = await build({
    projectDir: root,
    publish: 'never',
    targets: PLATFORMS[target.platform].createTarget(packing.folderOnly ? 'dir' : null, Arch[target.arch]),
    config: {
      ...configuration,
      ...(electronDist === null ? {} : { electronDist }),
      afterPack: ({ appOutDir }) => {
        folder = appOutDir;
        clearLeftovers(appOutDir);
      },
    },
  });
  return { folder, artifacts: artifacts.filter((file) => existsSync(file) && !file.endsWith('.blockmap')).sort() };
}

/** What an Electron that was named by its folder carries along for developers, and electron-builder leaves there then. */
function clearLeftovers(folder: string): void {
  for (const name of ['version', 'resources/default_app.asar']) rmSync(join(folder, name), { force: true });
}
