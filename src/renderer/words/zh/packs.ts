import type { Words } from '../en/index.ts';

/** 设置中的词：TensorFlow 的各个版本和 CUDA 包。 */
export const packs: Words['packs'] = {
  bundled: 'Folio 自带 TensorFlow',
  bundledText: 'TensorFlow 的原生库已包含在这个 Folio 里，可以直接在处理器上计算，无需安装。',
  bundledNone: '这个 Folio 没有适用于此系统的 TensorFlow；它用其他引擎计算。',
  damaged: '已损坏',
  installFolioAgain: '请重新安装 Folio。',

  builds: '已安装的版本',
  buildsText: '这台电脑上的 TensorFlow 版本。移除之后可以重新安装。',
  kinds: { cpu: '用于处理器', cuda: '用于 NVIDIA 显卡（CUDA）', external: '配合你自己的库的扩展' },
  remove: '移除',
  removeReally: '确认移除',
  removeWarning: (bytes) => `可释放 ${bytes}。以后要用需重新下载。`,
  removed: (bytes) => `已移除，释放了 ${bytes}。`,

  title: 'CUDA 包',
  text: (download, disk) =>
    `用于 NVIDIA 显卡：TensorFlow 的 CUDA 版本以及它用到的全部库，电脑上只需要有 NVIDIA 驱动程序（525 或更新）。需下载 ${download}，占用磁盘 ${disk}。每个文件在使用前都会核对 SHA-256。`,
  there: 'CUDA 包已安装。只要找到 NVIDIA 驱动程序，Folio 就用它计算。可在“已安装的版本”中移除。',
  failed: 'CUDA 包未能安装',
  noDriver: '目前没有显卡可以使用它：',
  address: '地址',
  addressExample: '如 https://…',
  addressNote:
    '网站上按原文件名存放下列文件的文件夹，以 https:// 开头。Folio 没有自带地址；只在你按“下载”时才访问这个服务器以及它转往的地方，不访问别的。',
  download: '下载',
  goOn: '继续下载',
  fromHere: '来自本机',
  choose: '选择文件…',
  chooseNote: '请一次选取全部文件。文件按内容识别。',
  downloaded: '已下载',
  partly: (done, total) => `${done}（共 ${total}）；下载从那里继续。`,
  discard: '删除已下载的部分',
  discarded: (bytes) => `已删除，释放了 ${bytes}。`,
  files: (count) => `共 ${count} 个文件`,
  handing: (name) => `正在移交 ${name}`,
  phases: {
    wait: '等待另一个安装完成',
    verify: '正在核对已有的内容',
    download: '正在下载',
    unpack: '正在解包',
    check: '正在试运行',
  },
  progress: (phase, done, total) => `${phase}：${done} / ${total}`,
  speed: (bytes) => `${bytes}/秒`,
  left: (duration) => `还需 ${duration}`,
  installedGpu: '试运行成功，可在显卡上计算。测试引擎，看看它在这台机器上有多快。',
  installedCpu: '试运行成功，但没有找到可用的显卡。它需要 NVIDIA 驱动程序，525 或更新。',
};
