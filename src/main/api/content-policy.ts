/** What a page of Folio may load and reach, one policy for the window of its own and for the browser. */

/**
 * The value of the header Content-Security-Policy: nothing from elsewhere, no inline script, no frames.
 *
 * @param connect where the page may connect to, as the policy writes it: `'self'`, `ws://127.0.0.1:8317`. Nowhere by default.
 */
export function contentPolicy(connect: readonly string[] = []): string {
  const directives: Readonly<Record<string, readonly string[]>> = {
    'default-src': ["'none'"],
    'script-src': ["'self'"],
    'style-src': ["'self'"],
    // Positions and sizes are set on elements; an attribute of style cannot load or run anything under this policy.
    'style-src-attr': ["'unsafe-inline'"],
    // Small files are inlined by the build; a chart is handed over as a blob.
    'img-src': ["'self'", 'data:', 'blob:'],
    'font-src': ["'self'", 'data:'],
    'connect-src': connect.length === 0 ? ["'none'"] : connect,
    'base-uri': ["'none'"],
    'form-action': ["'none'"],
    'frame-ancestors': ["'none'"],
  };
  return Object.entries(directives)
    .map(([name, sources]) => `${name} ${sources.join(' ')}`)
    .join('; ');
}
