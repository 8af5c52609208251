/** A run as the list gets it. */
import type { RunSummary } from '../../../src/shared/domain.ts';

export function summary(change: Partial<RunSummary> = {}): RunSummary {
  return {
    id: 1,
    name: 'Shakespeare, GRU 192',
    status: 'finished',
    statusReason: '',
    preset: 'quick',
    corpus: 'Shakespeare',
    corpusId: 1,
    network: { cell: 'gru', layers: 1, units: 192 },
    engine: 'wasm',
    device: 'CPU',
    epoch: 3,
    step: 516,
    completeEpochs: 3,
    plannedEpochs: 3,
    trainLoss: 1.8,
    validationLoss: null,
    bestEpoch: 3,
    createdAt: 1000,
    updatedAt: 2000,
    archivedAt: null,
    activeSeconds: 60,
    storedBytes: 1_000_000,
    notes: '',
    tags: [],
    ...change,
  };
}
