/** 程序用英文说的话（左）和中文说法（右）。备份、恢复、携带、移动。格式见 index.ts。 */
export const keeping = {
  'a checkpoint differs': '有一个检查点不同',
  'cancelled; nothing of it was kept': '已取消；什么也没有留下',
  'Choose a file that Folio made.': '请选择由 Folio 生成的文件。',
  'Choose another name, best on another disk.': '请换一个名称，最好放在另一个磁盘上。',
  'Close it first.': '请先关闭它。',
  'it has not as many rows': '它的行数不一样',
  'There is nothing to restore.': '没有什么可恢复的。',
  'Try again, on another disk if you can.': '请重试，可以的话换一个磁盘。',
  '{0} cannot be written: it needs {1} and its disk has {2} left': '无法写入 {0}：需要 {1}，而它的磁盘只剩 {2}',
  '{0} did not come out as a true copy: {*1}': '{0} 没有成为忠实的副本：{1}',
  '{0} holds a record already': '{0} 里已经有一份记录',
  '{0} holds no record': '{0} 里没有记录',
  '{0} is the record itself, and cannot be its own backup': '{0} 就是记录本身，不能作为它自己的备份',
  '{0} is the record of this folder already': '{0} 已经是这个文件夹的记录',
} as const;
