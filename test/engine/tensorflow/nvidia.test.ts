import { expect, it } from 'vitest';
import { findNvidia, type NvidiaSigns } from '../../../src/main/engine/tensorflow/nvidia.ts';

const machine = (files: Readonly<Record<string, string>>, platform: NodeJS.Platform = 'linux'): NvidiaSigns => ({
  platform,
  read: (file) => files[file] ?? null,
  exists: (file) => files[file] !== undefined,
});

const VERSION =
  'NVRM version: NVIDIA UNIX x86_64 Kernel Module  570.86.15  Thu Jan 23 10:00:00 UTC 2025\nGCC version:  gcc 12.2.0\n';

it.each([
  [{ '/proc/driver/nvidia/version': VERSION }, 'the NVIDIA driver 570.86.15'],
  [{ '/proc/driver/nvidia/version': 'something else' }, 'the NVIDIA driver'],
  [{ '/dev/nvidiactl': '' }, 'the NVIDIA driver'],
  [{ '/dev/dxg': '', '/usr/lib/wsl/lib/libcuda.so.1': '' }, 'the NVIDIA driver of Windows'],
])('finds a driver by its signs: %j', (files, what) => {
  expect(findNvidia({}, machine(files))).toEqual({ found: true, what });
  expect(findNvidia({ CUDA_VISIBLE_DEVICES: '1' }, machine(files)).found).toBe(true);
});

it.each([
  [{}, 'no NVIDIA driver is loaded'],
  [{ '/dev/dxg': '' }, 'no NVIDIA driver is loaded'],
])('finds none: %j', (files, reason) => {
  expect(findNvidia({}, machine(files))).toEqual({ found: false, reason });
});

it.each(['', '-1', ' -1 ', 'NoDevFiles'])('heeds CUDA_VISIBLE_DEVICES=%j', (hidden) => {
  const found = findNvidia({ CUDA_VISIBLE_DEVICES: hidden }, machine({ '/proc/driver/nvidia/version': VERSION }));
  expect(found).toEqual({ found: false, reason: `CUDA_VISIBLE_DEVICES=${hidden.trim()} hides every GPU` });
});

it('looks for none where CUDA is not used', () => {
  expect(findNvidia({}, machine({ '/dev/nvidiactl': '' }, 'darwin')).found).toBe(false);
});
