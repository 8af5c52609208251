/** Where the native engine lives: outside the checkout, so that every clone shares it and a clean one finds it; or in the package. */
import path from 'node:path';
import envPaths from 'env-paths';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Folio's cache folder: FOLIO_CACHE, or the platform's own place for caches. Everything in it can be made again. */
export function cacheFolder(env: Environment = process.env): string {
  const named = env['FOLIO_CACHE'];
  return named ? path.resolve(named) : envPaths('folio', { suffix: '' }).cache;
}

/** The folder that holds one folder for each TensorFlow build, and the staging folders of installs under way. */
export function tensorFlowFolder(env: Environment = process.env): string {
  return path.join(cacheFolder(env), 'tensorflow');
}

/**
 * The folder of the builds that came with a package of Folio, laid out like those in the cache and never written to: FOLIO_BUNDLED_ENGINES,
 * which the process sets that starts those with engines. Null in a checkout.
 */
export function bundledFolder(env: Environment = process.env): string | null {
  const named = env['FOLIO_BUNDLED_ENGINES'];
  return named ? path.resolve(named) : null;
}

export const MANIFEST_NAME = 'manifest.json';
export const ADDON_NAME = 'tfjs_binding.node';
/** Libraries and headers inside a build's folder. */
export const LIBRARY_FOLDER = 'lib';
export const INCLUDE_FOLDER = 'include';
