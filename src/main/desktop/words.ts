/** What the system shows by itself: menu, dialogs, the question before quitting. Everything else is in the page's own catalogue. */
import type { Preferences } from '../../shared/preferences.ts';

export interface DesktopWords {
  readonly file: string;
  readonly edit: string;
  readonly view: string;
  readonly window: string;
  readonly help: string;
  readonly about: string;
  readonly services: string;
  readonly hide: string;
  readonly hideOthers: string;
  readonly showAll: string;
  readonly quit: string;
  readonly close: string;
  readonly undo: string;
  readonly redo: string;
  readonly cut: string;
  readonly copy: string;
  readonly paste: string;
  readonly selectAll: string;
  readonly actualSize: string;
  readonly zoomIn: string;
  readonly zoomOut: string;
  readonly fullScreen: string;
  readonly developerTools: string;
  readonly minimize: string;
  readonly zoom: string;
  readonly front: string;
  readonly showData: string;
  readonly showLog: string;
  readonly allFiles: string;
  readonly texts: string;
  readonly weights: string;
  readonly tables: string;
  readonly records: string;
  readonly bundles: string;
  readonly quitQuestion: string;
  readonly quitDetail: string;
  readonly quitStop: string;
  readonly quitStay: string;
  readonly cannotStart: string;
  /** After who has the record. */
  readonly lockedHint: string;
  readonly wentWrong: string;
  /** `file` is the log's. */
  readonly wentWrongDetail: (file: string) => string;
  readonly pageGone: string;
  readonly pageGoneDetail: string;
  readonly recordGone: string;
  readonly recordGoneDetail: string;
  readonly oldRecordThere: (folder: string) => string;
  readonly noRecordThere: (folder: string) => string;
  readonly tryAgain: string;
  readonly useDefaultPlace: string;
  readonly quitNow: string;
  readonly ok: string;
}

const english: DesktopWords = {
  file: 'File',
  edit: 'Edit',
  view: 'View',
  window: 'Window',
  help: 'Help',
  about: 'About Folio',
  services: 'Services',
  hide: 'Hide Folio',
  hideOthers: 'Hide Others',
  showAll: 'Show All',
  quit: 'Quit Folio',
  close: 'Close Window',
  undo: 'Undo',
  redo: 'Redo',
  cut: 'Cut',
  copy: 'Copy',
  paste: 'Paste',
  selectAll: 'Select All',
  actualSize: 'Actual Size',
  zoomIn: 'Zoom In',
  zoomOut: 'Zoom Out',
  fullScreen: 'Full Screen',
  developerTools: 'Developer Tools',
  minimize: 'Minimize',
  zoom: 'Zoom',
  front: 'Bring All to Front',
  showData: 'Show Data Folder',
  showLog: 'Show Log',
  allFiles: 'All files',
  texts: 'Texts',
  weights: 'Weights (safetensors)',
  tables: 'Tables (CSV)',
  records: 'Backups of Folio',
  bundles: 'Runs of Folio',
  quitQuestion: 'A training is under way.',
  quitDetail: 'Folio can stop it and save where it is. At the next start it offers to go on from there.',
  quitStop: 'Stop, Save and Quit',
  quitStay: 'Keep Training',
  cannotStart: 'Folio cannot start',
  lockedHint:
    'One Folio at a time works with a record: wait until that one has ended, or end it. FOLIO_DATA names a folder with another record.',
  wentWrong: 'Something went wrong inside Folio.',
  wentWrongDetail: (file) =>
    `What is in the record is safe. Details are in ${file}. If things look odd, start Folio again.`,
  pageGone: 'The window has ended unexpectedly.',
  pageGoneDetail:
    'It was opened again several times without success. A training goes on all the same; start Folio again to see it.',
  recordGone: 'The record is not where it was moved to.',
  recordGoneDetail:
    'If it is on a drive, connect the drive and try again. If it is lost for good, use the usual folder, and put a backup back there in Settings.',
  oldRecordThere: (folder) =>
    `The record as it was before the move is still in ${folder}. You can look at that one meanwhile; what you do there stays there.`,
  noRecordThere: (folder) => `The usual folder, ${folder}, holds no record: there you would begin with an empty one.`,
  tryAgain: 'Try Again',
  useDefaultPlace: 'Use the Usual Folder',
  quitNow: 'Quit',
  ok: 'OK',
};

const chinese: DesktopWords = {
  file: '文件',
  edit: '编辑',
  view: '显示',
  window: '窗口',
  help: '帮助',
  about: '关于 Folio',
  services: '服务',
  hide: '隐藏 Folio',
  hideOthers: '隐藏其他',
  showAll: '全部显示',
  quit: '退出 Folio',
  close: '关闭窗口',
  undo: '撤销',
  redo: '重做',
  cut: '剪切',
  copy: '复制',
  paste: '粘贴',
  selectAll: '全选',
  actualSize: '实际大小',
  zoomIn: '放大',
  zoomOut: '缩小',
  fullScreen: '全屏',
  developerTools: '开发者工具',
  minimize: '最小化',
  zoom: '缩放',
  front: '全部置于顶层',
  showData: '打开数据文件夹',
  showLog: '打开日志',
  allFiles: '所有文件',
  texts: '文本',
  weights: '权重 (safetensors)',
  tables: '表格 (CSV)',
  records: 'Folio 备份',
  bundles: 'Folio 训练',
  quitQuestion: '训练正在进行。',
  quitDetail: 'Folio 可以停止训练并保存当前进度，下次启动时可从这里继续。',
  quitStop: '停止、保存并退出',
  quitStay: '继续训练',
  cannotStart: 'Folio 无法启动',
  lockedHint:
    '同一份记录一次只能由一个 Folio 使用：请等它结束，或将其关闭。也可以用环境变量 FOLIO_DATA 指定另一个文件夹。',
  wentWrong: 'Folio 内部出了问题。',
  wentWrongDetail: (file) => `已有的记录是安全的。详情见 ${file}。如有异常，请重新启动 Folio。`,
  pageGone: '窗口意外结束。',
  pageGoneDetail: '已多次尝试重新打开，但没有成功。训练仍在继续；请重新启动 Folio 查看。',
  recordGone: '记录不在移动后的位置。',
  recordGoneDetail:
    '如果它在某个驱动器上，请连接该驱动器后重试。如果已永久丢失，请使用默认文件夹，并在“设置”中恢复备份。',
  oldRecordThere: (folder) => `移动之前的记录仍在 ${folder}。你可以暂时查看它；在那里做的改动只留在那里。`,
  noRecordThere: (folder) => `默认文件夹 ${folder} 中没有记录：在那里将从空记录开始。`,
  tryAgain: '重试',
  useDefaultPlace: '使用默认文件夹',
  quitNow: '退出',
  ok: '好',
};

/** @param system the person's languages as the system lists them, the most wanted first */
export function desktopWords(language: Preferences['language'], system: readonly string[]): DesktopWords {
  if (language === 'auto') return system[0]?.toLowerCase().startsWith('zh') === true ? chinese : english;
  return language === 'zh' ? chinese : english;
}

export const DESKTOP_LANGUAGES = { en: english, zh: chinese } as const;
