/** Keys as they are printed on keyboards, in every language. */
export const KEYS = { write: { mac: '⌘ ↵', other: 'Ctrl ↵' }, stop: 'Esc' } as const;
