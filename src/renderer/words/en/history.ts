/** Words of the screen: history. */
export const history = {
  title: 'Runs',
};
