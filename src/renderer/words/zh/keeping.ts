/** 备份、携带和移动所用的词。 */
import type { Words } from '../en/index.ts';

export const keeping: Words['keeping'] = {
  beginning: '正在开始……',
  phases: { copy: '正在复制', check: '正在校验' },
  phase: (phase, done, total) => `${phase}：${done} / ${total}`,

  backup: '备份',
  backUp: '立即备份…',
  neverBackedUp: '还没有做过备份。备份是一个文件，训练可以照常进行。',
  lastBackup: (moment, name, bytes) => `上次备份于 ${moment}：${name}（${bytes}）。`,
  backedUp: (bytes, count) => `备份已完成（${bytes}，${count} 次训练），重新读取后确认完整无误。`,
  backupDamage: '记录中原本就有损坏之处，副本与原样相同：诊断报告会列出它们。',
  restoreTitle: '如何恢复备份',
  restoreSteps: [
    '关闭 Folio，然后在终端中运行：folio restore 文件名。加上 --replace 时，原有的记录会以带日期的名称保留在旁边；--data 可指定另一个文件夹。',
    '不用终端也可以：把 folio.db（如果有 folio.db-wal，也一并）移出数据文件夹，再把备份以 folio.db 为名放进去。',
  ],
};
