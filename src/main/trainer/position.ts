/** How a training's position moves: by a step that is begun, by its figures when they are known, by an epoch. */
import type { TrainingPosition } from './messages.ts';

export const START: TrainingPosition = {
  step: 0,
  epoch: 1,
  stepInEpoch: 0,
  activeSeconds: 0,
  lossSum: 0,
  epochSeconds: 0,
  bestValidationLoss: null,
  bestEpoch: null,
  epochsWithoutImprovement: 0,
};

/** One step is begun. What it takes and its loss are not known yet. */
export function afterBegin(position: TrainingPosition): TrainingPosition {
  return { ...position, step: position.step + 1, stepInEpoch: position.stepInEpoch + 1 };
}

/** A step that was begun has its figures. */
export function afterStep(position: TrainingPosition, seconds: number, loss: number): TrainingPosition {
  return {
    ...position,
    activeSeconds: position.activeSeconds + seconds,
    epochSeconds: position.epochSeconds + seconds,
    lossSum: position.lossSum + loss,
  };
}

/** Something else than a step took so long. */
export function afterWork(position: TrainingPosition, seconds: number): TrainingPosition {
  return { ...position, activeSeconds: position.activeSeconds + seconds };
}

/** The epoch (or the part of one) was measured. @param validationLoss null when nothing is held out */
export function afterValidation(position: TrainingPosition, validationLoss: number | null): TrainingPosition {
  if (validationLoss === null) return { ...position, epochsWithoutImprovement: 0 };
  if (validationLoss < (position.bestValidationLoss ?? Infinity)) {
    return { ...position, bestValidationLoss: validationLoss, bestEpoch: position.epoch, epochsWithoutImprovement: 0 };
  }
  return { ...position, epochsWithoutImprovement: position.epochsWithoutImprovement + 1 };
}

export function nextEpoch(position: TrainingPosition): TrainingPosition {
  return { ...position, epoch: position.epoch + 1, stepInEpoch: 0, lossSum: 0, epochSeconds: 0 };
}
