/** Words of the screen: compare. */
export const compare = {
  title: 'Compare',
};
