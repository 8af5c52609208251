/** Words of the licences in Settings. */
export const licences = {
  show: 'Licences',
  title: 'Licences',
  lead: 'Of everything that Folio is made with and that came with it.',
  elsewhere: 'A package of Folio brings the licences of all of it. This Folio runs from its source, without that file.',
  reading: 'Reading…',
};
