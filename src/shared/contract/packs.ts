/** What computes and where it came from: builds of TensorFlow, and the CUDA pack, which the person adds and removes. */
import { z } from 'zod';
import type { ChosenFile } from './app.ts';
import { job, request } from './define.ts';
import { fileHandle, none } from './fields.ts';

/** A build of TensorFlow on this computer. */
export interface EngineBuild {
  readonly id: string;
  readonly kind: 'cpu' | 'cuda' | 'external';
  /** TensorFlow's; empty where its manifest cannot be read. */
  readonly version: string;
  /** On the disk. */
  readonly bytes: number;
  /** Why it cannot be used; null when nothing is known against it. */
  readonly problem: string | null;
}

/** The CUDA pack that this Folio knows. */
export interface CudaPack {
  readonly id: string;
  readonly files: readonly { readonly name: string; readonly bytes: number }[];
  /** To download, and unpacked. */
  readonly bytes: number;
  readonly unpackedBytes: number;
  /** Bytes that an earlier download has left, to go on from. */
  readonly downloadedBytes: number;
  /** Why no GPU can be used here, as far as one can see without trying; null when there is a driver. */
  readonly noDriver: string | null;
  /** Whether all of it is installed. */
  readonly installed: boolean;
}

export interface EngineInventory {
  /** Whether TensorFlow can be compiled here: not in a package of Folio, which brings its own. */
  readonly compiles: boolean;
  /** What came with Folio; null in a checkout. */
  readonly bundled: EngineBuild | null;
  /** In the cache: installed by the person. */
  readonly installed: readonly EngineBuild[];
  /** Null where there is none for this system. */
  readonly cudaPack: CudaPack | null;
}

export interface PackProgress {
  /** `wait`: for another installation. `verify`: what is there is read and compared. */
  readonly phase: 'wait' | 'verify' | 'download' | 'unpack' | 'check';
  /** Bytes; 0 and 0 where there is no measure. */
  readonly done: number;
  readonly total: number;
  /** Of a download; null otherwise and while unknown. */
  readonly bytesPerSecond: number | null;
  readonly secondsLeft: number | null;
  /** The file that is being fetched, read or unpacked; empty for none. */
  readonly file: string;
}

export const packs = {
  'packs:list': request<EngineInventory>()(none),
  /** Removes a build that the person installed; the bytes that were freed. Refused ('busy') while a training computes. */
  'packs:remove': request<{ readonly bytes: number }>()(z.strictObject({ id: z.string().min(1).max(100) })),
  /** Deletes what an unfinished download has left; the bytes that were freed. */
  'packs:discard': request<{ readonly bytes: number }>()(none),
  /** A dialog for several files to read; empty when the person closed it. In a browser the page picks and uploads by itself. */
  'packs:choose': request<readonly ChosenFile[]>()(none),
} as const;

/** From an address (of a folder that has the files by their names), or from files that the person chose. */
const source = z.union([
  z.strictObject({ address: z.string().max(2000) }),
  z.strictObject({ files: z.array(fileHandle).min(1).max(64) }),
]);

export const packsTopics = {
  /** Downloads what is missing and installs the CUDA pack. The only thing for which a running Folio asks the network, and only when asked. */
  'packs:install': job<PackProgress, Readonly<Record<string, string>>>()(z.strictObject({ source })),
} as const;
