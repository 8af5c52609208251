/** 1, 2, 3, 7 -> "1-3, 7". In any order; a number that comes twice counts once. */
export function ranges(numbers: readonly number[]): string {
  const parts: [first: number, last: number][] = [];
  for (const value of [...numbers].sort((a, b) => a - b)) {
    const open = parts.at(-1);
    if (open !== undefined && value <= open[1] + 1) open[1] = value;
    else parts.push([value, value]);
  }
  return parts.map(([first, last]) => (first === last ? String(first) : `${first}-${last}`)).join(', ');
}
