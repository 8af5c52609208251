/** 文字：更新检查。 */
import type { Words } from '../en/index.ts';

export const updates: Words['updates'] = {
  title: '更新',
  lead: 'Folio 可以每天查询一次是否有新版本并告诉你。它不会发送关于你或你的作品的任何信息，也不会下载或安装任何东西。关闭时，Folio 不会查询。',
  address: '地址',
  addressNote: '描述最新版 Folio 的 latest.json 文件的地址，仅限 https。',
  ask: '查询',
  daily: '每天一次（Folio 打开时）',
  last: '上次查询',
  never: '还没有查询过。',
  checkNow: '立即查询',
  checking: '正在查询…',
  outcomes: {
    newer: (version) => `最新版是 Folio ${version}。`,
    same: () => '你使用的已经是最新版。',
    older: (version) => `查询到的最新版是 ${version}，比你正在使用的旧。`,
    preview: (version) => `${version} 正在准备中；你使用的是最新的正式版。`,
  },
  failed: '没有查询到结果。',
  newer: '新版本',
  there: (version) => `Folio 版本 ${version}`,
  openPage: '打开发布页面',
  elsewhere: '页面会在 Folio 之外的浏览器中打开。',
  notice: (version) => `Folio 有新版本：${version}。详情见设置。`,
};
