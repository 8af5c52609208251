/** 程序用英文说的话（左）和中文说法（右）。引擎：选择、安装、自检。格式见 index.ts。 */
export const engines = {
  '(it said nothing)': '（它什么也没有说）',
  'a C++ compiler (looked for {0})': '一个 C++ 编译器（找过 {0}）',
  'a compiler is in the package gcc-c++ (Fedora) or gcc (Arch), or name one in CXX':
    '编译器在软件包 gcc-c++（Fedora）或 gcc（Arch）里，也可以用 CXX 指定一个',
  'A driver that was updated or that crashed, a computer that slept, or a step that took too long can cause it.':
    '可能的原因：驱动程序更新或崩溃了，电脑休眠过，或者某一步耗时太长。',
  'a thread of the wasm engine failed: {*0}': 'wasm 引擎的一个线程出错了：{0}',
  'about as fast as any engine that passed the self-test: {0}': '与通过自检的引擎中最快的相当：{0}',
  'about as fast as any engine that passed the self-test: {0}; wasm not tried, as it is slower on the same processor':
    '与通过自检的引擎中最快的相当：{0}；没有试 wasm，因为它在同一个处理器上更慢',
  'an adapter without a name': '一个没有名称的适配器',
  'an adapter without a name ({0})': '一个没有名称的适配器（{0}）',
  'And: {*0}': '另外：{0}',
  'asked for; {*0}': '按你的选择使用；{0}',
  cancelled: '已取消',
  'Choose another engine.': '请另选一个引擎。',
  "Compiling TensorFlow's addon with {0} failed ({*1}):": '用 {0} 编译 TensorFlow 的扩展失败（{1}）：',
  'Correct CXX, or unset it.': '请改正 CXX，或取消它。',
  'Dawn cannot be loaded on {0} {1}: {*2}': '无法在 {0} {1} 上载入 Dawn：{2}',
  'Elsewhere: {*0}.': '其他系统：{0}。',
  'ended by {0}': '被 {0} 终止',
  'exit code {0}': '退出码 {0}',
  'fastest of the engines that passed the self-test: {0}': '通过自检的引擎中最快的：{0}',
  'fastest of the engines that passed the self-test: {0}; wasm not tried, as it is slower on the same processor':
    '通过自检的引擎中最快的：{0}；没有试 wasm，因为它在同一个处理器上更慢',
  'FOLIO_LIBTENSORFLOW={0}: neither it nor its lib/ or tensorflow/ has {1}.':
    'FOLIO_LIBTENSORFLOW={0}：那里以及其中的 lib/ 和 tensorflow/ 都没有 {1}。',
  'FOLIO_LIBTENSORFLOW={0}: the headers are missing (include/tensorflow/c/c_api.h).':
    'FOLIO_LIBTENSORFLOW={0}：缺少头文件（include/tensorflow/c/c_api.h）。',
  'FOLIO_LIBTENSORFLOW={0}: there is no such folder.': 'FOLIO_LIBTENSORFLOW={0}：没有这个文件夹。',
  'FOLIO_LIBTENSORFLOW={0}: {1} is missing beside {2}.': 'FOLIO_LIBTENSORFLOW={0}：在 {2} 旁边缺少 {1}。',
  'FOLIO_TENSORFLOW_BUILD is "{0}".': 'FOLIO_TENSORFLOW_BUILD 的值是“{0}”。',
  'FOLIO_NATIVE_LEVEL is "{0}".': 'FOLIO_NATIVE_LEVEL 的值是“{0}”。',
  'It takes a number from 0 to 4: 0 any processor, 1 AVX2, 2 AVX-512, 3 AVX-512 with bfloat16, 4 AMX.':
    '它的值应是 0 到 4：0 为任何处理器，1 为 AVX2，2 为 AVX-512，3 为带 bfloat16 的 AVX-512，4 为 AMX。',
  'Correct it, or unset it.': '请改正，或取消设置。',
  'FOLIO_WASM_THREADS is "{0}"': 'FOLIO_WASM_THREADS 的值是“{0}”',
  'Give yourself the right to write there.': '请取得那里的写入权限。',
  'Inside a container or a virtual machine the card must be passed through.': '在容器或虚拟机里，必须把显卡直通进去。',
  'Install both first.': '请先安装这两样。',
  'Install it.': '请安装它。',
  "Install it (Debian and Ubuntu: libvulkan1, Fedora: vulkan-loader, Arch: vulkan-icd-loader) and the graphics card's driver.":
    '请安装它（Debian 和 Ubuntu：libvulkan1，Fedora：vulkan-loader，Arch：vulkan-icd-loader）以及显卡的驱动程序。',
  'Install the dependencies again (npm ci), or choose another engine.': '请重新安装依赖（npm ci），或另选一个引擎。',
  'in a test {0}, the {1} are not numbers': '在测试用的 {0} 中，{1} 不是数字',
  'in a test {0}, the {1} differ by {2}': '在测试用的 {0} 中，{1} 相差 {2}',
  'Install one (on Debian and Ubuntu: apt install g++; on Fedora: dnf install gcc-c++), or name one in CXX.':
    '请安装一个（Debian 和 Ubuntu：apt install g++；Fedora：dnf install gcc-c++），或用 CXX 指定一个。',
  'Install Python 3 with pip (on Debian and Ubuntu: apt install python3-pip).':
    '请安装带 pip 的 Python 3（Debian 和 Ubuntu：apt install python3-pip）。',
  'Install the driver of the graphics card, with {0}.': '请安装显卡的驱动程序，要带 {0}。',
  'Installing TensorFlow failed: {*0}': 'TensorFlow 安装失败：{0}',
  'it computes wrongly: {*0} came out as {1} and is {2}': '它算得不对：{0}算出 {1}，应为 {2}',
  'it did not answer for {0} s': '它 {0} 秒没有回应',
  'It needs a compiler for C++17 (GCC 8, Clang 7 or newer); name another one in CXX.':
    '它需要支持 C++17 的编译器（GCC 8、Clang 7 或更新）；可用 CXX 指定另一个。',
  'It needs a newer Linux (glibc 2.27).': '它需要更新的 Linux（glibc 2.27）。',
  'it passed the self-test, but {0} is about as fast and comes first: {1}':
    '它通过了自检，但 {0} 速度相当，优先选用：{1}',
  'it passed the self-test, but {0} is faster: {1}': '它通过了自检，但 {0} 更快：{1}',
  'it was built for version {0} of the binding, and this Folio has {1}':
    '它是为绑定版本 {0} 构建的，而这个 Folio 用的是 {1}',
  'its manifest.json cannot be read': '无法读取它的 manifest.json',
  'its manifest.json does not name tfjs_binding.node': '它的 manifest.json 没有列出 tfjs_binding.node',
  'its manifest.json is missing': '它的 manifest.json 不见了',
  'Look at the network connection and at the proxy settings, then try again.': '请检查网络连接和代理设置，然后重试。',
  'Name the folder of an installed Python package ("site-packages/tensorflow"), or one with {0}, {1} and include/tensorflow/c/c_api.h.':
    '请指定已安装的 Python 包的文件夹（"site-packages/tensorflow"），或含有 {0}、{1} 和 include/tensorflow/c/c_api.h 的文件夹。',
  'no engine can be used here.': '这里没有可用的引擎。',
  'no graphics processor can be reached through {0}': '通过 {0} 找不到任何图形处理器',
  'not tried, as TensorFlow computes on the graphics card': '没有试，因为 TensorFlow 正在显卡上计算',
  'not tried, as no driver for Vulkan is installed': '没有试，因为没有安装 Vulkan 的驱动程序',
  'not tried, as there was no time to try it': '没有试，因为来不及',
  '{*0} auto leaves it out until the engines are tried again (Settings, or folio engines) or its driver changes.':
    '{0}自动选择时会跳过它，直到重新试用引擎（在“设置”里，或用 folio engines）或更换驱动程序。',
  'From now on auto leaves the graphics card out, until its driver changes or the engines are tried again.':
    '从现在起，自动选择会跳过显卡，直到更换驱动程序或重新试用引擎。',
  'Perhaps TensorFlow is damaged, or does not run on this computer.': 'TensorFlow 可能已损坏，或无法在这台电脑上运行。',
  'The wasm engine computes without it.': 'wasm 引擎不用它也能计算。',
  'Nothing half-installed was left behind.': '没有留下任何装到一半的东西。',
  'Nothing of the file was used.': '没有使用该文件的任何内容。',
  'On Debian and Ubuntu: apt install python3-pip.': '在 Debian 和 Ubuntu 上：apt install python3-pip。',
  'On Debian and Ubuntu: apt install {0}.': '在 Debian 和 Ubuntu 上：apt install {0}。',
  'Or name one in CXX.': '或用 CXX 指定一个。',
  'Or unset FOLIO_LIBTENSORFLOW.': '或者取消 FOLIO_LIBTENSORFLOW。',
  'passed the self-test': '通过了自检',
  'passed the self-test at {0}': '通过了自检，速度 {0}',
  'passed the self-test at {0}; wasm not tried, as it is slower on the same processor':
    '通过了自检，速度 {0}；没有试 wasm，因为它在同一个处理器上更慢',
  'pip could not download {0}=={1} ({*2}):': 'pip 无法下载 {0}=={1}（{2}）：',
  'pip ended well but left {0} wheels for {1}=={2} instead of one.':
    'pip 顺利结束，但 {1}=={2} 留下了 {0} 个 wheel 文件，而不是一个。',
  'pip for {0}, which downloads it': '用来下载它的、{0} 的 pip',
  'Python is not installed; its pip is what downloads TensorFlow.': '没有安装 Python，而下载 TensorFlow 要用它的 pip。',
  'Python 3 with pip is in the package python3-pip (Fedora) or python-pip (Arch)':
    '带 pip 的 Python 3 在软件包 python3-pip（Fedora）或 python-pip（Arch）里',
  'Python 3 with pip, which downloads it': '用来下载它的、带 pip 的 Python 3',
  'Set a smaller batchSize, sequenceLength or units, or choose another engine.':
    '请减小批次（batchSize）、序列长度（sequenceLength）或单元（units），或另选一个引擎。',
  'Set a smaller batchSize, sequenceLength or units, or close other programs that use it.':
    '请减小批次（batchSize）、序列长度（sequenceLength）或单元（units），或关闭其他使用它的程序。',
  'Set it to a whole number from 1 to {0}, or leave it out.': '请设为 1 到 {0} 的整数，或不设置。',
  'Set it to cpu or cuda, or unset it.': '请设为 cpu 或 cuda，或取消它。',
  'TensorFlow cannot be installed on Windows: the library in its wheel works only inside Python.':
    'TensorFlow 无法安装在 Windows 上：它的 wheel 里的库只能在 Python 中工作。',
  'TensorFlow cannot be loaded: {*0}': '无法载入 TensorFlow：{0}',
  'TensorFlow cannot be loaded: {0} is not the addon of tfjs-node.': '无法载入 TensorFlow：{0} 不是 tfjs-node 的扩展。',
  'TensorFlow computes wrongly on this machine: {0} instead of {1}.':
    'TensorFlow 在这台机器上算得不对：得到 {0}，应为 {1}。',
  'TensorFlow in {0} is damaged: {*1}.': '{0} 中的 TensorFlow 已损坏：{1}。',
  'TensorFlow is not installed.': 'TensorFlow 还没有安装。',
  'TensorFlow was built, but does not run on this machine ({*0}):':
    'TensorFlow 已经构建好，但在这台机器上无法运行（{0}）：',
  'TensorFlow {0} ({1}) is installed.': 'TensorFlow {0}（{1}）已安装。',
  "TensorFlow's trial printed something unexpected: {0}": 'TensorFlow 试运行时输出了意料之外的内容：{0}',
  'The addon for the library in {0} is not compiled yet.': '用于 {0} 中的库的扩展还没有编译。',
  'The cache folder {0} cannot be written: {*1}.': '无法写入缓存文件夹 {0}：{1}。',
  'The compiler that CXX names, "{0}", does not run ({*1}).': 'CXX 指定的编译器“{0}”无法运行（{1}）。',
  'The CUDA build of TensorFlow is not installed.': 'TensorFlow 的 CUDA 版本还没有安装。',
  'The disk became full while TensorFlow was installed into {0}.': '把 TensorFlow 安装到 {0} 时磁盘满了。',
  'The downloaded {0} has {1} bytes instead of {2}: the download was altered.':
    '下载的 {0} 有 {1} 字节，应为 {2}：下载的内容被改动过。',
  'The downloaded {0} has {1} bytes instead of {2}: the download was cut short.':
    '下载的 {0} 有 {1} 字节，应为 {2}：下载中途断了。',
  'The downloaded {0} is not the file that Folio was tested with: SHA-256 {1} instead of {2}.':
    '下载的 {0} 不是 Folio 测试过的那个文件：SHA-256 是 {1}，应为 {2}。',
  'The engine wasm works without it.': 'wasm 引擎不需要它也能工作。',
  'the gradient of {0}': '{0} 的梯度',
  'the graphics device {0} is out of memory: {1}': '图形设备 {0} 内存不足：{1}',
  'the graphics device {0} refused a command: {1}': '图形设备 {0} 拒绝了一条命令：{1}',
  'the graphics device {0} was lost: its driver gives no reason': '图形设备 {0} 失去了联系：驱动程序没有说明原因',
  'the graphics device {0} was lost: {1}': '图形设备 {0} 失去了联系：{1}',
  'the graphics processor {0} gives no device: {*1}': '图形处理器 {0} 没有给出设备：{1}',
  'The installation lost its lock: the computer slept, or the cache was cleared.':
    '安装失去了它的锁：电脑休眠过，或者缓存被清空了。',
  'The installation of TensorFlow was cancelled; nothing of it was left behind.':
    'TensorFlow 的安装已取消；什么也没有留下。',
  'the installation was cancelled': '安装已取消',
  'The installed library says that it is TensorFlow {0}, not {1}.': '装好的库说自己是 TensorFlow {0}，而不是 {1}。',
  'the loss of a {0}': '{0} 的损失',
  'the only engine that passed the self-test: {0}': '唯一通过自检的引擎：{0}',
  'the only graphics adapter is in software and computes on the processor: {*0}':
    '唯一的图形适配器是软件实现的，仍在处理器上计算：{0}',
  "The package index that pip uses does not have it: look at pip's settings (python3 -m pip config list) and at the network, and update pip.":
    'pip 使用的软件源里没有它：请检查 pip 的设置（python3 -m pip config list）和网络，并更新 pip。',
  'the probe is over': '测试已经结束',
  'the wasm engine has no low-precision type': 'wasm 引擎没有低精度类型',
  'the wasm engine has no memory left: it uses {0} MB and needs {1} MB more':
    'wasm 引擎没有内存了：它已用 {0} MB，还需要 {1} MB',
  'the webgpu engine could not start: {*0}': 'webgpu 引擎无法启动：{0}',
  'The wheel has no {0}.': 'wheel 中没有 {0}。',
  'the {0} engine has no kernel {1}': '{0} 引擎没有 {1} 这种运算',
  'the {0} engine has no low-precision type': '{0} 引擎没有低精度类型',
  'the {0} engine was asked for and cannot be used: {*1}': '你选择了 {0} 引擎，但它无法使用：{1}',
  'There is no C++ compiler (looked for {0}).': '没有 C++ 编译器（找过 {0}）。',
  'There is no CUDA build of TensorFlow 2.21.0 for {0}, only for linux-x64.':
    'TensorFlow 2.21.0 没有用于 {0} 的 CUDA 版本，只有用于 linux-x64 的。',
  'There is no TensorFlow 2.21.0 for {0}.': 'TensorFlow 2.21.0 没有用于 {0} 的版本。',
  'There is not enough space in {0}: installing TensorFlow takes {1} for a while ({2} in the end), and {3} are free.':
    '{0} 的空间不够：安装 TensorFlow 时暂时要占用 {1}（最终 {2}），而现在只剩 {3}。',
  'this machine cannot run WebAssembly with SIMD': '这台机器不能运行带 SIMD 的 WebAssembly',
  'Try again; if it stays, look at which package index pip uses (python3 -m pip config list).':
    '请重试；如果仍然这样，请看看 pip 用的是哪个软件源（python3 -m pip config list）。',
  'Two things that installing TensorFlow needs are missing: {*0}.': '安装 TensorFlow 还缺两样东西：{0}。',
  'Update its driver, or choose another engine.': '请更新它的驱动程序，或另选一个引擎。',
  'Use a smaller batchSize, sequenceLength or units, or another engine.':
    '请减小批次（batchSize）、序列长度（sequenceLength）或单元（units），或另选一个引擎。',
  'Use another engine.': '请改用另一个引擎。',
  'Use precision=float32.': '请把精度设为 32 位（precision=float32）。',
  'Use the engine wasm.': '请使用 wasm 引擎。',
  "Vulkan's loader cannot be loaded: {*0}": '无法载入 Vulkan 的加载库：{0}',
  'wasm and tensorflow are faster on the processor.': '在处理器上，wasm 和 tensorflow 更快。',
  '{0} after a step of Adam': 'Adam 走一步之后的 {0}',
  '{0} has {1} bytes instead of {2}': '{0} 有 {1} 字节，应为 {2}',
  '{0} in the wheel has {1} bytes instead of {2}.': 'wheel 中的 {0} 有 {1} 字节，应为 {2}。',
  '{0} has no pip, which is what downloads TensorFlow.': '{0} 没有 pip，而下载 TensorFlow 要用它。',
  '{0} is missing': '{0} 不见了',
} as const;
