import { FolioError } from '../../shared/errors.ts';
import type { Folio } from '../state/folio.svelte.ts';

/** Puts a text on the clipboard, and says so with these words; or says why not. */
export async function copyText({ notices, words }: Folio, text: string, said: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    notices.say(said);
  } catch {
    // A browser may refuse it where the page is not focused or not secure.
    notices.fail(new FolioError('usage', words.common.copyFailed, words.common.copyHint));
  }
}
