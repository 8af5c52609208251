/** Leaving while something is being trained: asked first, saved first, offered again at the next start. */
import type { TrainingService } from '../services/types.ts';

export interface QuitOptions {
  readonly training: () => Pick<TrainingService, 'active' | 'shutDown'>;
  /** Asks whether to stop the training and quit. */
  readonly ask: () => Promise<boolean>;
  /** Quits; asks `mayQuit` on the way, which then agrees. */
  readonly quit: () => void;
  readonly failed: (error: unknown) => void;
}

export interface Quitting {
  /** Whether the program may end now. When it may not, the question is on its way, and after it, perhaps, the end. */
  mayQuit(): boolean;
  /** Saves and quits without a question: for signals, whose sender does not wait for answers. */
  quitNow(): void;
}

export function createQuitting({ training, ask, quit, failed }: QuitOptions): Quitting {
  let stage: 'open' | 'asking' | 'saving' | 'over' = 'open';

  const save = async (): Promise<void> => {
    stage = 'saving';
    try {
      await training().shutDown();
    } catch (error) {
      failed(error);
    }
    stage = 'over';
    quit();
  };

  const question = async (): Promise<void> => {
    stage = 'asking';
    let agreed: boolean;
    try {
      // It may have ended by itself while the question stood there; then there is nothing to lose either way.
      agreed = await ask();
    } catch (error) {
      failed(error);
      agreed = false;
    }
    // A signal may have come meanwhile.
    if (stage !== 'asking') return;
    stage = 'open';
    if (agreed) await save();
  };

  return {
    mayQuit() {
      if (stage === 'over') return true;
      if (stage === 'open') {
        if (training().active() === null) return true;
        void question();
      }
      return false;
    },
    quitNow() {
      if (stage === 'open' || stage === 'asking') void save();
    },
  };
}
