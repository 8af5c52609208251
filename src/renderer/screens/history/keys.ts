/** What a key does in the list of runs. */

export type Command =
  | { readonly kind: 'move'; readonly by: number; readonly extend: boolean }
  | { readonly kind: 'open' | 'rename' | 'delete' | 'toggle' | 'all' | 'none' | 'menu' };

interface Pressed {
  readonly key: string;
  readonly shiftKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}

/** Further than any list is long. */
const TO_THE_END = 1_000_000_000;

/** Null for a key that the list has no use for. `page`: rows that are seen at once. */
export function commandOf(pressed: Pressed, page: number): Command | null {
  const { key, shiftKey, altKey } = pressed;
  const control = pressed.ctrlKey || pressed.metaKey;
  if (altKey) return null;
  if (control) return key.toLowerCase() === 'a' && !shiftKey ? { kind: 'all' } : null;
  switch (key) {
    case 'ArrowDown':
      return { kind: 'move', by: 1, extend: shiftKey };
    case 'ArrowUp':
      return { kind: 'move', by: -1, extend: shiftKey };
    case 'PageDown':
      return { kind: 'move', by: Math.max(1, page - 1), extend: shiftKey };
    case 'PageUp':
      return { kind: 'move', by: -Math.max(1, page - 1), extend: shiftKey };
    case 'Home':
      return { kind: 'move', by: -TO_THE_END, extend: shiftKey };
    case 'End':
      return { kind: 'move', by: TO_THE_END, extend: shiftKey };
    case 'Enter':
      return { kind: 'open' };
    case ' ':
      return { kind: 'toggle' };
    case 'F2':
      return { kind: 'rename' };
    case 'Delete':
      return { kind: 'delete' };
    case 'Escape':
      return { kind: 'none' };
    case 'ContextMenu':
      return { kind: 'menu' };
    case 'F10':
      return shiftKey ? { kind: 'menu' } : null;
    default:
      return null;
  }
}
