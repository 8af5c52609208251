/** For `npx electron-builder --config electron-builder.config.ts`; `npm run package` (scripts/package/package.ts) prepares what goes in, makes the same and checks it. */
import { configuration } from './scripts/package/configuration.ts';

export default configuration();
