/** Words of the licences in Settings. */
export const licences = {
  show: 'Licences',
  title: 'Licences',
  lead: 'Of everything that Folio is made with and that came with it.',
  reading: 'Reading…',
};
