/** The texts that a run's network wrote: pages of them, the filmstrip of its epochs, deleting with a way back. */
import type { Sample } from '../../shared/domain.ts';
import type { SamplePageRequest, Store } from '../store/types.ts';

/** What a run wrote after one epoch. */
export interface EpochTexts {
  readonly epoch: number;
  /** Null for an epoch that is not over, or whose loss was not a number. */
  readonly trainLoss: number | null;
  readonly validationLoss: number | null;
  /** In the order of the run's prompts, and of its temperatures for each; empty where none were due. */
  readonly samples: readonly Sample[];
}

export interface SampleService {
  /** The newest first, and how many there are. Throws FolioError 'not-found' when there is no such run. */
  page(runId: number, page: SamplePageRequest): { readonly samples: readonly Sample[]; readonly total: number };
  /** Every epoch of a run with what training wrote after it. Throws FolioError 'not-found'. */
  byEpoch(runId: number): EpochTexts[];
  /** Deletes with a way back. All or none. Throws FolioError 'not-found'. */
  trash(ids: readonly number[]): void;
  restore(ids: readonly number[]): void;
}

export function createSampleService(
  store: Pick<Store, 'samplePage' | 'trainingSamples' | 'epochPositions' | 'trash' | 'restore'>,
): SampleService {
  return {
    page: (runId, page) => store.samplePage(runId, page),
    byEpoch(runId) {
      const samples = Map.groupBy(store.trainingSamples(runId), ({ epoch }) => epoch);
      const records = new Map(store.epochPositions(runId).map((record) => [record.epoch, record]));
      const epochs = [...new Set([...samples.keys(), ...records.keys()])].sort((a, b) => a - b);
      return epochs.map((epoch) => {
        const record = records.get(epoch);
        return {
          epoch,
          trainLoss: record?.trainLoss ?? null,
          validationLoss: record?.validationLoss ?? null,
          samples: samples.get(epoch) ?? [], // stored in the order of prompts and temperatures (trainer/writing.ts)
        };
      });
    },
    trash(ids) {
      store.trash('sample', [...new Set(ids)]);
    },
    restore(ids) {
      store.restore('sample', ids);
    },
  };
}
