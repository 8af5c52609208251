import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { graphicsDriver, type GraphicsHost } from '../../src/main/services/graphics-driver.ts';

let root: string;
beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'folio-graphics-'))));
afterEach(() => rmSync(root, { recursive: true, force: true }));

const host = (changes: Partial<GraphicsHost> = {}): GraphicsHost => ({
  platform: 'linux',
  release: '6.1',
  env: { HOME: '/a-home' },
  root,
  ...changes,
});

function write(path: string, text: string): string {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

describe('the graphics driver', () => {
  it('is not there on a Linux without any for Vulkan, and elsewhere it may be', () => {
    expect(graphicsDriver(host()).present).toBe(false);
    for (const platform of ['darwin', 'win32'] as const) expect(graphicsDriver(host({ platform })).present).toBe(true);
  });

  it.each([
    '/usr/share/vulkan/icd.d/radeon_icd.x86_64.json',
    '/etc/vulkan/icd.d/nvidia_icd.json',
    '/a-home/.local/share/vulkan/icd.d/mine.json',
  ])('is found in %s', (path) => {
    write(path, '{}');
    expect(graphicsDriver(host()).present).toBe(true);
  });

  it('is the one that the environment names', () => {
    write('/usr/share/vulkan/icd.d/radeon_icd.x86_64.json', '{}');
    const named = write('/named.json', '{}');
    const { present, description } = graphicsDriver(host({ env: { VK_DRIVER_FILES: named } }));
    expect([present, description.includes('named.json'), description.includes('radeon')]).toEqual([true, true, false]);
    expect(graphicsDriver(host({ env: { VK_DRIVER_FILES: '/nowhere.json' } })).present).toBe(false);
  });

  it('is another one when a driver, a card or the system changes, and else the same', () => {
    write('/usr/share/vulkan/icd.d/nvidia_icd.json', '{}');
    write('/sys/class/drm/card0/device/vendor', '0x10de\n');
    const seen = [graphicsDriver(host()).description];
    expect(graphicsDriver(host()).description).toBe(seen[0]);
    const changes = [
      () => write('/proc/driver/nvidia/version', 'NVRM version: 550.54'),
      () => write('/proc/driver/nvidia/version', 'NVRM version: 550.67'),
      () => write('/sys/class/drm/card0/device/device', '0x2504\n'),
      () => write('/usr/share/vulkan/icd.d/nvidia_icd.json', '{"changed":1}'),
      () => write('/usr/share/vulkan/icd.d/intel_icd.json', '{}'),
    ];
    for (const change of changes) {
      change();
      seen.push(graphicsDriver(host()).description);
    }
    seen.push(graphicsDriver(host({ release: '6.2' })).description);
    expect(new Set(seen).size).toBe(seen.length);
  });
});
