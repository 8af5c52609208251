import type { Migration } from '../migrate.ts';
import { initial } from './0001-initial.ts';
import { windows } from './0002-windows.ts';
import { beginning } from './0003-beginning.ts';
import { awaitedText } from './0004-awaited-text.ts';

/** Every step from an empty file to today's schema, in order. A published one is never changed: add the next. */
export const MIGRATIONS: readonly Migration[] = [initial, windows, beginning, awaitedText];
