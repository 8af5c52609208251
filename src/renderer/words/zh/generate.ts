/** 文字：generate。 */
import type { Words } from '../en/index.ts';

export const generate: Words['generate'] = {
  title: '生成',
};
