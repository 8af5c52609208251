/** 设置中“许可证”的词语。 */
import type { Words } from '../en/index.ts';

export const licences: Words['licences'] = {
  show: '许可证',
  title: '许可证',
  lead: '构成 Folio 以及随它一起提供的所有软件的许可证。',
  elsewhere: 'Folio 的安装包附带全部许可证。这个 Folio 从源代码运行，没有该文件。',
  reading: '正在读取…',
};
