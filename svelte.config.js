/** Nothing but the defaults: it is here so that no tool looks for another one in the folders above. */
export default {};
