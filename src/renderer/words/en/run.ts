/** Words of the screen: run. */
export const run = {
  title: 'Run',
};
