/** The real app behind the commands, loaded when a command asks for it. */
import type { AppOptions, FolioApp } from '../app.ts';

/** Opens the app on a data folder, by default the system's place for programs' data. Throws what createApp throws. */
export async function openApp(dataDir: string | undefined, mode: AppOptions['mode']): Promise<FolioApp> {
  const [{ createApp, defaultDataDir }, { startTrainer }] = await Promise.all([
    import('../app.ts'),
    import('./trainer-process.ts'),
  ]);
  return createApp({ dataDir: dataDir ?? defaultDataDir(), startTrainer, mode });
}
