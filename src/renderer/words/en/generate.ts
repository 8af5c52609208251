/** Words of the screen: generate. */
export const generate = {
  title: 'Generate',
};
