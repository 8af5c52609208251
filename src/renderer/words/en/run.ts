/** Words of the page of a run, and of the loss chart wherever it stands. */
export const run = {
  title: 'Run',
  chart: {
    title: (name: string) => `Loss of ${name}`,
    axes: { step: 'step', epoch: 'epoch', time: 'active time' },
    axis: 'Horizontal axis',
    guess: (characters: string, loss: string) => `guessing: ln ${characters} = ${loss}`,
    notANumber: 'not a number',
    described: (name: string, first: string, last: string, epochs: string) =>
      `${name}: from ${first} at the start to ${last} after ${epochs} epochs`,
    nothingYet: (name: string) => `${name}: nothing logged yet`,
    noPoints: 'nothing logged here',
    newest: 'now',
    last: 'at the end',
    baseline: 'baseline',
    smoothed: (loss: string) => `smoothed ${loss}`,
    validation: (loss: string) => `validation ${loss}`,
    epochs: (epochs: string) => `epoch ${epochs}`,
    after: (clock: string) => `at ${clock}`,
    rate: (rate: string) => `learning rate ${rate}`,
    showAll: 'Show all of it',
    picture: 'Picture',
    table: 'Table',
    smoothing: 'Smoothing',
    logScale: 'Logarithmic',
    saved: (name: string) => `${name} is written.`,
  },
};
