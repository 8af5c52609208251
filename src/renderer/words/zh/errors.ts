/** 每一类错误的标题；具体情况由程序在下面说明。 */
import type { Words } from '../en/index.ts';

export const errors: Words['errors'] = {
  usage: '不能这样做',
  config: '有一项设置不合适',
  corpus: '这个文本无法使用',
  vocabulary: '有网络不认识的字符',
  prompt: '无法读取提示文字',
  'not-found': '没有找到',
  busy: 'Folio 正忙，暂时不行',
  locked: '另一个 Folio 正在使用这份记录',
  'read-only': '这份记录只能读取',
  'newer-database': '这份记录由更新版本的 Folio 写成',
  damaged: '记录中有损坏',
  engine: '计算引擎无法工作',
  install: '计算引擎未能安装',
  diverged: '训练已经发散',
  'trainer-died': '计算进程意外结束',
  cancelled: '已取消',
  file: '文件无法读写',
  internal: 'Folio 内部出错',
};
