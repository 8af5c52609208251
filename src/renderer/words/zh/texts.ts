/** 文字：texts。 */
import type { Words } from '../en/index.ts';

export const texts: Words['texts'] = {
  title: '文本',
};
