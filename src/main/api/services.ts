/** What the handlers call. app.ts has it all; tests may give less. */
import type { EngineReport } from '../../shared/domain.ts';
import type { Changes } from '../services/changes.ts';
import type { ChosenFiles } from '../services/chosen-files.ts';
import type { Circumstances } from '../../shared/contract/training.ts';
import type { LicenceService } from '../services/licences.ts';
import type { PackService } from '../services/packs.ts';
import type { GivenFiles } from '../services/given-files.ts';
import type { Keeping } from '../services/keeping.ts';
import type { MetricService } from '../services/metrics.ts';
import type { PreferenceService } from '../services/preferences.ts';
import type { RunService } from '../services/runs.ts';
import type { SampleService } from '../services/samples.ts';
import type { TrialService } from '../services/trial.ts';
import type { TrashService } from '../services/trash.ts';
import type { UpdateService } from '../services/updates/updates.ts';
import type {
  CorpusService,
  EngineService,
  ExchangeService,
  GenerationService,
  TrainingService,
} from '../services/types.ts';

export interface ApiServices {
  readonly version: string;
  readonly platform: string;
  readonly dataDir: string;
  /** Whether native sources are here. */
  readonly compiles: boolean;
  readonly runs: RunService;
  readonly corpora: CorpusService;
  readonly training: TrainingService;
  readonly trials: TrialService;
  readonly generation: GenerationService;
  readonly engines: EngineService;
  readonly packs: PackService;
  readonly exchange: ExchangeService;
  readonly licences: LicenceService;
  readonly metrics: MetricService;
  readonly samples: SampleService;
  readonly preferences: PreferenceService;
  readonly trash: TrashService;
  readonly updates: UpdateService;
  readonly keeping: Keeping;
  readonly chosenFiles: ChosenFiles;
  readonly givenFiles: GivenFiles;
  readonly changes: Changes;
  /** What this machine has left. */
  circumstances(): Circumstances;
  /** Bytes that the record takes on the disk. */
  dataBytes(): Promise<number>;
  /** A report to paste. */
  diagnosis(reports: readonly EngineReport[]): string;
}
