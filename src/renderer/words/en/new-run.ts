/** Words of the screen: new-run. */
export const newRun = {
  title: 'New run',
};
