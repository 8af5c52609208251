/** 程序用英文说的话（左）和中文说法（右）。随 Folio 带来的引擎和 CUDA 包。格式见 index.ts。 */
export const packs = {
  '"{0}" is not an address.': '“{0}”不是一个地址。',
  '"{0}…" is not an address.': '“{0}…”不是一个地址。',
  '"{0}" is not an encrypted address.': '“{0}”不是加密的地址。',
  '"{0}…" is not an encrypted address.': '“{0}…”不是加密的地址。',
  '"{0}" is not the address of a folder.': '“{0}”不是文件夹的地址。',
  '"{0}…" is not the address of a folder.': '“{0}…”不是文件夹的地址。',
  'Add the CUDA pack in Settings.': '请在“设置”中添加 CUDA 包。',
  'Choose these too: each is recognised by its content, whatever it is called.':
    '请把这些也选上：文件按内容识别，叫什么名字都可以。',
  'CUDA is used on Linux only': 'CUDA 只在 Linux 上使用',
  'CUDA_VISIBLE_DEVICES={0} hides every GPU': 'CUDA_VISIBLE_DEVICES={0} 隐藏了所有显卡',
  'For NVIDIA GPUs there is the CUDA pack.': '如有 NVIDIA 显卡，可以添加 CUDA 包。',
  'Give it without them.': '请去掉它们再填。',
  'Installing the CUDA pack failed: {*0}': 'CUDA 包安装失败：{0}',
  'It is the folder on a web server in which the files of the pack lie, like https://example.org/folio/cuda/.':
    '它是网站上存放 CUDA 包各文件的文件夹，例如 https://example.org/folio/cuda/。',
  'It must begin with https://.': '它必须以 https:// 开头。',
  'It was deleted, and nothing of it was used.': '它已被删除，其中的内容没有使用。',
  'It was not installed; Folio computes as before.': '它没有装上；Folio 照旧计算。',
  'Look at the address.': '请检查地址。',
  'Look at the network connection and at the address.': '请检查网络连接和地址。',
  'Name another one.': '请另外指定一个。',
  'no NVIDIA driver is loaded': '没有载入 NVIDIA 驱动程序',
  'Nothing was fetched from there.': '没有从那里取任何东西。',
  'Of the {0} files of the CUDA pack {1} are missing: {*2}; and {3} more.':
    'CUDA 包的 {0} 个文件中缺 {1} 个：{2}，以及另外 {3} 个。',
  'Of the {0} files of the CUDA pack {1} are missing: {*2}.': 'CUDA 包的 {0} 个文件中缺 {1} 个：{2}。',
  'Pause the training, or install the CUDA pack when the training has ended.':
    '请暂停训练，或等训练结束后再安装 CUDA 包。',
  'Remove the CUDA build, or compute without it: FOLIO_TENSORFLOW_BUILD=cpu.':
    '请移除 CUDA 版本，或者不用它计算：FOLIO_TENSORFLOW_BUILD=cpu。',
  'The address holds a name or a password.': '地址里含有用户名或密码。',
  'The address must be the folder in which the files of the pack lie by their names.':
    '地址必须是按原文件名存放 CUDA 包各文件的那个文件夹。',
  'The CUDA pack does not run on this machine: {*0}': 'CUDA 包在这台机器上无法运行：{0}',
  'The disk became full while the CUDA pack was installed into {0}.': '把 CUDA 包安装到 {0} 时磁盘满了。',
  'The folder {0} cannot be read.': '无法读取文件夹 {0}。',
  'The installation of the CUDA pack was cancelled.': 'CUDA 包的安装已取消。',
  'the installation of the CUDA pack was cancelled': 'CUDA 包的安装已取消',
  'the process that looks after the engines {*0}': '管理引擎的进程{0}',
  'the process that looks after the engines {*0}; the last that it wrote: {1}':
    '管理引擎的进程{0}；它最后写下的是：{1}',
  'the question is answered': '问题已经答完',
  'The server wants a permission that Folio does not have: look at the address.':
    '服务器要求 Folio 没有的权限：请检查地址。',
  'The TensorFlow that came with Folio is damaged: {*0}.': '随 Folio 带来的 TensorFlow 已损坏：{0}。',
  'There is no address to download from.': '还没有填下载地址。',
  'There is no build of TensorFlow called "{0}" to remove.': '没有名为“{0}”的 TensorFlow 版本可以移除。',
  'There is no CUDA pack for {0}, only for linux-x64.': 'CUDA 包没有用于 {0} 的，只有用于 linux-x64 的。',
  'There is not enough space in {0}: the CUDA pack takes {1} more, and {2} are free.':
    '{0} 的空间不够：CUDA 包还要占用 {1}，而现在只剩 {2}。',
  'This Folio brings its own TensorFlow and has no sources to compile another one against.':
    '这个 Folio 自带 TensorFlow，没有源代码，不能再编译另一个。',
  'Try again later.': '请稍后再试。',
  'Try again, or another address.': '请重试，或换一个地址。',
  'Try another address.': '请换一个地址。',
  'Use the engine webgpu for a graphics card.': '要用显卡，请使用 webgpu 引擎。',
  'What has arrived is kept: the next download goes on from there.': '已收到的内容会保留：下次下载从那里继续。',
  'What was chosen and is none of them, or is damaged: {0}; and {1} more.':
    '选了但不属于它们或已损坏的：{0}，以及另外 {1} 个。',
  'What was chosen and is none of them, or is damaged: {0}.': '选了但不属于它们或已损坏的：{0}。',
  'What was downloaded is kept.': '已下载的内容会保留。',
  'What was downloaded is kept: the next download goes on from there.': '已下载的内容会保留：下次下载从那里继续。',
  'When it is damaged, install Folio again.': '如果它损坏了，请重新安装 Folio。',
  '{0} ({1} bytes)': '{0}（{1} 字节）',
  '{0} cannot be reached for {1}: {*2}.': '取 {1} 时连接不上 {0}：{2}。',
  '{0} cannot give {1} out now (status {2}).': '{0} 现在不能提供 {1}（状态 {2}）。',
  '{0} does not give {1} out (status {2}).': '{0} 不肯提供 {1}（状态 {2}）。',
  '{0} from {1} broke off after {2} of {3} bytes.': '从 {1} 下载 {0} 时中断：收到 {3} 字节中的 {2} 字节。',
  '{0} from {1} has {2} bytes instead of {3}.': '{1} 上的 {0} 有 {2} 字节，应为 {3}。',
  '{0} from {1} is longer than the {2} bytes that it must have.': '{1} 上的 {0} 超过了应有的 {2} 字节。',
  '{0} from {1} is not the file that Folio was tested with: SHA-256 {2} instead of {3}.':
    '{1} 上的 {0} 不是 Folio 测试过的那个文件：SHA-256 是 {2}，应为 {3}。',
  '{0} has no {1} at this address (status {2}).': '{0} 的这个地址上没有 {1}（状态 {2}）。',
  '{0} has sent nothing of {1} for {2} s.': '{0} 已有 {2} 秒没有发来 {1} 的任何内容。',
  '{0} sends on from one address to another without end, instead of giving {1} out.':
    '{0} 不断地从一个地址转到另一个地址，而没有提供 {1}。',
  '{0} sends on to {1} for {2}, which is not an encrypted address.': '取 {2} 时，{0} 转到了 {1}，而那不是加密的地址。',
} as const;
