/**
 * The CUDA pack: TensorFlow's CUDA build and the libraries of NVIDIA's that it uses, so that a computer needs NVIDIA's driver and nothing else.
 * It consists of wheels, each pinned by its SHA-256, and nothing but that is trusted: not the server, not the name.
 */
import { pinnedBuild, platformName, type TensorFlowBuild } from '../builds.ts';

export interface PackFile {
  /** As the wheel is called; a server has it under this name, below the pack's address. */
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
}

export interface Pack {
  /** Names the folder in the cache. A CUDA build that was installed by pip has the same, and is replaced. */
  readonly id: string;
  readonly version: string;
  readonly wheelSha256: string;
  readonly files: readonly PackFile[];
  /** TensorFlow's own libraries, as they are called in its wheel, with their unpacked sizes. */
  readonly libraries: TensorFlowBuild['libraries'];
  /** All that is unpacked. */
  readonly unpackedBytes: number;
}

/**
 * What tensorflow 2.21.0 asks for with its extra `and-cuda` (it names ranges, all of them of CUDA 12), as pip resolved it in the versions
 * here, nothing left out.
 */
const FILES: readonly PackFile[] = [
  {
    name: 'tensorflow-2.21.0-cp312-cp312-manylinux_2_27_x86_64.whl',
    bytes: 572_611_111,
    sha256: 'b3b95643c4e70eb925839938fb35cbe142f317ec84af6844ee61513713bb13c0',
  },
  {
    name: 'nvidia_cublas_cu12-12.9.3.13-py3-none-manylinux_2_27_x86_64.whl',
    bytes: 581_217_458,
    sha256: 'd7d51055f161b317c7105ddaae90e71eda059026074ffef93cf7cde2886bfe72',
  },
  {
    name: 'nvidia_cuda_cupti_cu12-12.9.79-py3-none-manylinux_2_25_x86_64.whl',
    bytes: 10_814_997,
    sha256: '096bcf334f13e1984ba36685ad4c1d6347db214de03dbb6eebb237b41d9d934f',
  },
  {
    name: 'nvidia_cuda_nvcc_cu12-12.9.86-py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64.whl',
    bytes: 40_546_229,
    sha256: '5d6a0d32fdc7ea39917c20065614ae93add6f577d840233237ff08e9a38f58f0',
  },
  {
    name: 'nvidia_cuda_nvrtc_cu12-12.9.86-py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64.whl',
    bytes: 89_568_129,
    sha256: '210cf05005a447e29214e9ce50851e83fc5f4358df8b453155d5e1918094dcb4',
  },
  {
    name: 'nvidia_cuda_runtime_cu12-12.9.79-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl',
    bytes: 3_493_179,
    sha256: '25bba2dfb01d48a9b59ca474a1ac43c6ebf7011f1b0b8cc44f54eb6ac48a96c3',
  },
  {
    name: 'nvidia_cudnn_cu12-9.28.0.42-py3-none-manylinux_2_27_x86_64.whl',
    bytes: 716_538_495,
    sha256: '9ff58b7f36dacd0a93e89f8f2957b52466889217963701daa15e577317cfa375',
  },
  {
    name: 'nvidia_cufft_cu12-11.4.1.4-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl',
    bytes: 200_877_592,
    sha256: 'c67884f2a7d276b4b80eb56a79322a95df592ae5e765cf1243693365ccab4e28',
  },
  {
    name: 'nvidia_curand_cu12-10.3.10.19-py3-none-manylinux_2_27_x86_64.whl',
    bytes: 68_295_626,
    sha256: '49b274db4780d421bd2ccd362e1415c13887c53c214f0d4b761752b8f9f6aa1e',
  },
  {
    name: 'nvidia_cusolver_cu12-11.7.5.82-py3-none-manylinux_2_27_x86_64.whl',
    bytes: 338_117_415,
    sha256: '15da72d1340d29b5b3cf3fd100e3cd53421dde36002eda6ed93811af63c40d88',
  },
  {
    name: 'nvidia_cusparse_cu12-12.5.10.65-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl',
    bytes: 366_465_088,
    sha256: '73060ce019ac064a057267c585bf1fd5a353734151f87472ff02b2c5c9984e78',
  },
  {
    name: 'nvidia_nccl_cu12-2.32.3-py3-none-manylinux_2_27_x86_64.whl',
    bytes: 351_526_311,
    sha256: 'bb94b2348e4861d5e8aa00b36c3d12d9bdf9c6369b82cbb723de0b582280a21c',
  },
  {
    name: 'nvidia_nvjitlink_cu12-12.9.86-py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64.whl',
    bytes: 39_748_338,
    sha256: 'e3f1171dbdc83c5932a45f0f4c99180a70de9bd2718c1ab77d14104f6d7147f9',
  },
];

const UNPACKED_BYTES = 5_674_233_269;

/** The pack for a platform; null where there is none. */
export function pinnedPack(platform: string = platformName()): Pack | null {
  if (platform !== 'linux-x64') return null;
  const { id, version, wheelSha256, libraries } = pinnedBuild('cuda', platform);
  return { id, version, wheelSha256, libraries, files: FILES, unpackedBytes: UNPACKED_BYTES };
}

export function packBytes(pack: Pack): number {
  return pack.files.reduce((sum, { bytes }) => sum + bytes, 0);
}
