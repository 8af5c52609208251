/** 备份、携带和移动所用的词。 */
import type { Words } from '../en/index.ts';

export const keeping: Words['keeping'] = {
  beginning: '正在开始…',
  phases: { copy: '正在复制', check: '正在校验', replace: '正在替换…' },
  phase: (phase, done, total) => `${phase}：${done} / ${total}`,

  backup: '备份',
  backUp: '立即备份…',
  neverBackedUp: '还没有做过备份。备份是一个文件，训练可以照常进行。',
  lastBackup: (moment, name, bytes, folder) =>
    `上次备份于 ${moment}：${name}（${bytes}）${folder === null ? '' : `，位于 ${folder}`}`,
  backedUp: (bytes, count) => `备份已完成（${bytes}，${count} 次训练），重新读取后确认完整无误。`,
  backupDamage: '记录中原本就有损坏，副本照原样保留了它们；诊断报告里会列出。',
  exportRun: '导出整次训练…',
  exportTitle: (name) => `导出“${name}”`,
  exportText: '一个文件，包含设置、损失、样本、备注和权重。另一台电脑上的 Folio 可以从它继续训练，就像从未离开过一样。',
  exportAll: '包含每一轮的权重，而不仅是最佳和最后一轮',
  exportWithText: '包含它所学的文本',
  exportWithoutText: '另一台电脑可以用它写作和比较；要继续训练，须先在那里添加同一份文本，Folio 会认出它。',
  exportChoose: '选择保存位置…',
  exported: (name, bytes) => `“${name}”已写出，完整并经过校验：${bytes}。`,
  exportDamage: '已损坏的权重没有包含在内。',
  exportUnresumable: '其中没有可供继续训练的内容。',
  alreadyFile: (file) => `没有导入任何内容：${file} 中的训练已经在这里，名为`,
  importCopy: '再导入一份',
  awaitsText: (name, text) => `“${name}”没有附带它的文本“${text}”。在“文本”页添加同一份文本后，就可以继续训练。`,
  givenLabel: (name) => `待导入的文件：${name}`,
  given: (name, bytes) => `要导入 ${name}（${bytes}）中的训练吗？`,
  takeGiven: '导入',
  leaveGiven: '暂不',

  move: '移动',
  moveTo: '移动到另一个文件夹…',
  moveText: '先复制并校验，然后 Folio 会用新位置重新启动。旧的记录会保留，直到你将其删除。',
  moveByHand: '要移动记录，请关闭 Folio，并在启动它的终端中输入：',
  aFolder: '文件夹',
  aFile: '备份文件',
  moveNamed:
    '这个文件夹是启动 Folio 时用 --data 或 FOLIO_DATA 指定的。要移动它，请关闭 Folio，自行移动该文件夹，再用同样的方式指定新的位置。',
  isMoved: '记录已移动',
  moved: (folder, bytes) =>
    `记录现在位于 ${folder}（${bytes}），已经过校验。重新启动后 Folio 就会使用它；在此之前不会保存任何内容。`,
  restart: '重新启动',
  oldRecord: (folder, bytes) => `移动之前的记录仍在 ${folder}（${bytes}）。确认新位置的内容齐全后，就不再需要它了。`,
  oldRecordNewer: (folder, count, names) =>
    `${folder} 里的记录有这份记录中没有的内容（训练和文本：${count} 项；${names}）。请先将其导出：把环境变量 FOLIO_DATA 设为该文件夹再启动 Folio。之后请自行删除其中的 folio.db、folio.db-wal 和 folio.db-shm 这几个文件。`,
  oldRecordUnknown: (folder, count, names) =>
    `${folder} 里的记录可能有这份记录中没有的内容：它被留下时有些什么，没有记下来（不同的训练和文本：${count} 项；${names}）。请先查看：把环境变量 FOLIO_DATA 设为该文件夹，再启动 Folio。确认之后再自行删除其中的 folio.db、folio.db-wal 和 folio.db-shm 这几个文件。`,
  quotedNames: (names) => names.map((name) => `“${name}”`).join('、'),
  oldRecordUnreadable: (folder) => `${folder} 里的记录无法读取，因此不能在这里删除：它可能是某些内容的唯一副本。`,
  deleteOld: '删除旧记录',
  deleteOldReally: '彻底删除',
  keepOld: '保留，不再询问',
  deletedOld: (bytes) => `旧记录已删除，释放了 ${bytes}。`,

  restore: '恢复',
  restoreText: '用备份替换这份记录。备份会先完整读取并校验，现有的内容会保留下来。',
  restoreChoose: '选择备份…',
  restoreFound: (name, runs, _, bytes, last) =>
    `${name} 中有 ${runs} 次训练（${bytes}${last === null ? '' : `，最近一次改动于 ${last}`}），已完整读取，确认无误。`,
  restoreFoundDamage: (name, runs, _, bytes, last) =>
    `${name} 中有 ${runs} 次训练（${bytes}${last === null ? '' : `，最近一次改动于 ${last}`}），其中有损坏之处：会照原样恢复，诊断报告里会列出。`,
  restoreReplaces: (runs, count, folder) =>
    count === 0
      ? `它将替换这份记录。现有的记录中没有训练，会以带日期的名称保留在 ${folder} 中。之后 Folio 会重新启动。`
      : `它将替换这份记录：现有的 ${runs} 次训练会以带日期的名称保留在 ${folder} 中，Folio 不再显示它们。之后 Folio 会重新启动。`,
  restoreLost: (lost, folder) =>
    `此后以 ${folder} 为准。如果现在不在的 ${lost} 又出现了，其中的记录会作为旧记录在这里列出。`,
  restoreUnfit: '这个文件无法用来恢复',
  restoreNow: '替换这份记录',
  restored: '备份已恢复',
  restoredRuns: (runs, _, bytes) => `现在的记录中有 ${runs} 次训练（${bytes}）。`,
  restoredKept: (file) => `原来的记录现在是 ${file}`,
  restoredRestart: 'Folio 需要重新启动才能使用它。',
  notRestored: '备份没有恢复',
  notRestoredRestart: '记录和原来一样。Folio 已将记录关闭，需要重新启动。',
  restoreInTerminal: '关闭 Folio，并在启动它的终端中输入：',
  restoreKeeps: '原有的记录会以带日期的名称保留在旁边。',
};
