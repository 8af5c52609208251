/** 文字：new-run。 */
import type { Words } from '../en/index.ts';

export const newRun: Words['newRun'] = {
  title: '新训练',
};
