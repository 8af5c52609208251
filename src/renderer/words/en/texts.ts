/** Words of the screen: texts. */
export const texts = {
  title: 'Texts',
};
