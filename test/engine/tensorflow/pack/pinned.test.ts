import { describe, expect, it } from 'vitest';
import { pinnedPack } from '../../../../src/main/engine/tensorflow/pack/pinned.ts';
import { destination } from '../../../../src/main/engine/tensorflow/pack/unpack.ts';
import { fakePack } from './pack-server.ts';

const { pack, cublas } = fakePack();

describe('the pinned pack', () => {
  const real = pinnedPack('linux-x64');

  it('is for Linux x64 alone, and every file of it has a hash of its own', () => {
    expect(pinnedPack('linux-arm64')).toBeNull();
    expect(pinnedPack('win32-x64')).toBeNull();
    expect(new Set(real?.files.map(({ sha256 }) => sha256)).size).toBe(13);
    for (const { name, sha256, bytes } of real?.files ?? []) {
      expect(sha256).toMatch(/^[0-9a-f]{64}$/);
      expect(name).toMatch(/^[\w.-]+\.whl$/);
      expect(bytes).toBeGreaterThan(1e6);
    }
    expect(real?.files[0]?.sha256).toBe(real?.wheelSha256);
  });

  it('lays NVIDIA’s libraries out where those of TensorFlow look for them', () => {
    const to = (entry: string): string | null => destination(entry, cublas, pack);
    expect(to('nvidia/cudnn/lib/libcudnn.so.9')).toBe('nvidia/cudnn/lib/libcudnn.so.9');
    expect(to('nvidia/cusolver/lib/libcusolver.so.11')).toBe('nvidia/cusparse/lib/libcusolver.so.11');
    expect(to('nvidia/cuda_nvcc/nvvm/libdevice/libdevice.10.bc')).toBe(
      'nvidia/cuda_nvcc/nvvm/libdevice/libdevice.10.bc',
    );
    expect(to('nvidia/cudnn/include/cudnn.h')).toBeNull();
    expect(to('nvidia/cudnn/lib/')).toBeNull();
    expect(to('elsewhere/lib/x.so')).toBeNull();
  });
});
