/**
 * What drives the graphics card, as far as it can be seen without loading anything of it: another driver, card or system is another
 * description. It says whether something that was tried would be the same again.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import os from 'node:os';
import { delimiter, join } from 'node:path';

/** Where to look; tests look elsewhere. */
export interface GraphicsHost {
  readonly platform: NodeJS.Platform;
  /** Of the system, whose graphics drivers macOS and (in part) Linux change with. */
  readonly release: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Before every path. */
  readonly root: string;
}

export interface GraphicsDriver {
  /** False only where it is certain that no graphics card can be reached: on Linux, without any driver for Vulkan. */
  readonly present: boolean;
  /** Compared, not shown. */
  readonly description: string;
}

const HERE: GraphicsHost = { platform: process.platform, release: os.release(), env: process.env, root: '' };

/** Takes a few milliseconds. */
export function graphicsDriver(host: GraphicsHost = HERE): GraphicsDriver {
  const { platform, release, root, env } = host;
  const parts = [platform, process.arch, release];
  if (platform === 'win32') {
    // Every driver that is installed gets a folder of its own in there.
    const folder = join(env['SystemRoot'] ?? 'C:\\Windows', 'System32', 'DriverStore', 'FileRepository');
    return { present: true, description: [...parts, stamp(folder)].join('\n') };
  }
  if (platform === 'darwin') return { present: true, description: parts.join('\n') };
  const manifests = vulkanDrivers(host);
  const details = [
    ...manifests.map((file) => `${file} ${stamp(file)}`),
    contents(join(root, '/proc/driver/nvidia/version')),
    ...cards(root),
  ];
  return { present: manifests.length > 0, description: [...parts, ...details].join('\n') };
}

/** The files by which Vulkan's loader finds its drivers, where it looks for them. */
function vulkanDrivers({ env, root }: GraphicsHost): string[] {
  const listed = (name: string): string[] => (env[name] ?? '').split(delimiter).filter((path) => path !== '');
  const named = [...listed('VK_DRIVER_FILES'), ...listed('VK_ICD_FILENAMES')];
  if (named.length > 0) return named.flatMap(manifestsAt);
  const home = env['HOME'] ?? os.homedir();
  const or = (name: string, usual: readonly string[]): readonly string[] => {
    const found = listed(name);
    return found.length > 0 ? found : usual;
  };
  const folders = [
    ...or('XDG_CONFIG_HOME', [join(home, '.config')]),
    ...or('XDG_CONFIG_DIRS', ['/etc/xdg']),
    '/etc',
    '/usr/local/etc',
    ...or('XDG_DATA_HOME', [join(home, '.local/share')]),
    ...or('XDG_DATA_DIRS', ['/usr/local/share', '/usr/share']),
    '/run/opengl-driver/share',
  ].map((folder) => join(root, folder, 'vulkan/icd.d'));
  return [...folders, ...listed('VK_ADD_DRIVER_FILES')].flatMap(manifestsAt);
}

/** A manifest, or those in a folder. */
function manifestsAt(path: string): string[] {
  try {
    if (!statSync(path).isDirectory()) return [path];
    return readdirSync(path)
      .filter((name) => name.endsWith('.json'))
      .sort()
      .map((name) => join(path, name));
  } catch {
    return []; // not there
  }
}

/** The cards by maker and model. */
function cards(root: string): string[] {
  const folder = join(root, '/sys/class/drm');
  try {
    return readdirSync(folder)
      .filter((name) => /^card\d+$/.test(name))
      .sort()
      .map((name) => ['vendor', 'device'].map((what) => contents(join(folder, name, 'device', what))).join(':'));
  } catch {
    return [];
  }
}

function contents(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return '';
  }
}

/** Size and time of the last change. */
function stamp(path: string): string {
  try {
    const { size, mtimeMs } = statSync(path);
    return `${size} ${Math.round(mtimeMs)}`;
  } catch {
    return '';
  }
}
