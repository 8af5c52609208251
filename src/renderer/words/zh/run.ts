/** 文字：run。 */
import type { Words } from '../en/index.ts';

export const run: Words['run'] = {
  title: '训练',
};
