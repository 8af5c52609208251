/** 文字：compare。 */
import type { Words } from '../en/index.ts';

export const compare: Words['compare'] = {
  title: '比较',
};
