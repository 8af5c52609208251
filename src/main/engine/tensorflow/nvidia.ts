/** Whether an NVIDIA GPU can be reached, without loading anything: what the driver shows of itself. */
import { existsSync, readFileSync } from 'node:fs';
import type { Environment } from './paths.ts';

export type Nvidia =
  /** "the NVIDIA driver 570.86.15" */
  { readonly found: true; readonly what: string } | { readonly found: false; readonly why: string };

/** What is looked at; tests show other machines. */
export interface NvidiaSigns {
  readonly platform: NodeJS.Platform;
  /** A file's text; null where there is none. */
  readonly read: (file: string) => string | null;
  readonly exists: (file: string) => boolean;
}

/** Of the loaded kernel module. */
const DRIVER = '/proc/driver/nvidia/version';
/** In a container the module may not show itself, but its device does. */
const DEVICE = '/dev/nvidiactl';
/** Windows' driver, as its Linux sees it. */
const WSL = { device: '/dev/dxg', library: '/usr/lib/wsl/lib/libcuda.so.1' };

const HERE: NvidiaSigns = {
  platform: process.platform,
  read: (file) => {
    try {
      return readFileSync(file, 'utf8');
    } catch {
      return null;
    }
  },
  exists: existsSync,
};

/** Never throws. CUDA_VISIBLE_DEVICES that hides every GPU is heeded, as CUDA heeds it. */
export function findNvidia(env: Environment = process.env, signs: NvidiaSigns = HERE): Nvidia {
  if (signs.platform !== 'linux') return { found: false, why: 'CUDA is used on Linux only' };
  const visible = env['CUDA_VISIBLE_DEVICES']?.trim();
  if (visible !== undefined && (visible === '' || /^(-|NoDevFiles)/.test(visible))) {
    return { found: false, why: `CUDA_VISIBLE_DEVICES=${visible} hides every GPU` };
  }
  const said = signs.read(DRIVER);
  if (said !== null) {
    const version = /\s(\d+\.\d+(?:\.\d+)*)\s/.exec(said)?.[1];
    return { found: true, what: version === undefined ? 'the NVIDIA driver' : `the NVIDIA driver ${version}` };
  }
  if (signs.exists(DEVICE)) return { found: true, what: 'the NVIDIA driver' };
  if (signs.exists(WSL.device) && signs.exists(WSL.library)) {
    return { found: true, what: 'the NVIDIA driver of Windows' };
  }
  return { found: false, why: 'no NVIDIA driver is loaded' };
}
