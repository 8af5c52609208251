/** Paths where there is little room. */

/**
 * A folder with its beginning and its last part, and an ellipsis for what is between; as it is where it is no longer than `most` characters. A last
 * part that is itself too long is cut in its middle.
 */
export function shortPath(path: string, most = 40): string {
  if (path.length <= most) return path;
  const last = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'), 0));
  const room = most - 1;
  const end = last.length < room ? last : path.slice(-Math.ceil(room / 2));
  return `${path.slice(0, room - end.length)}…${end}`;
}
