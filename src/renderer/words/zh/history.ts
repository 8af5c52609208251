/** 文字：history。 */
import type { Words } from '../en/index.ts';

export const history: Words['history'] = {
  title: '训练记录',
};
