/** 训练处于当前状态的原因：程序用英文给出，由 lib/reasons.ts 认出后用中文说。 */
import type { Words } from '../en/index.ts';

const quoted = (last: string): string => (last === '' ? '' : `；它最后写下的是：${last}`);

export const reasons: Words['reasons'] = {
  endedWaiting: (way) => `Folio 结束时，这次训练正等待启动；${way}`,
  endedStopping: (way) => `Folio 结束时，这次训练正在停止；${way}`,
  endedRunning: (way) => `Folio 结束时，这次训练正在进行；${way}`,
  endedPaused: (way) => `Folio 结束时，这次训练已暂停；${way}`,
  nothingSaved: () => '当时什么都还没有保存，恢复会从头开始',
  fromEpoch: (epoch, step) => `可以从第 ${epoch} 轮结束处（第 ${step} 步）恢复`,
  fromStep: (step, epoch) => `可以从第 ${epoch} 轮中的第 ${step} 步恢复`,
  closed: () => 'Folio 被关闭了',
  closedUnsaved: () => 'Folio 被关闭了，训练没来得及保存',
  closedTraining: () => 'Folio 在训练途中被关闭了',
  beforeFirstStep: (why) => `在第一步之前就停止了（${why}）`,
  noAnswer: (seconds) => `训练进程被要求停止后 ${seconds} 秒没有回应，已被结束`,
  killed: (last) => `训练进程被强行终止（SIGKILL），可能是系统内存不足${quoted(last)}`,
  crashed: (signal, last) => `训练进程崩溃了（${signal}）${quoted(last)}`,
  endedOutside: (signal, last) => `训练进程被外部终止（${signal}）${quoted(last)}`,
  neverStarted: (last) => `训练进程无法启动${quoted(last)}`,
  endedEarly: (last) => `训练进程没有做完就结束了${quoted(last)}`,
  exitCode: (code, last) => `训练进程以退出码 ${code} 结束${quoted(last)}`,
  notStarted: (why) => `训练进程无法启动：${why}`,
  textUnread: (why) => `无法从记录中读取文本：${why}`,
  recordUnwritten: (why) => `无法写入记录：${why}`,
  statusUnwritten: (reason, why) => `${reason}（状态也无法写入：${why}）`,
  lossBecame: (value, step) => `损失在第 ${step} 步变成了 ${value}`,
  gradientBecame: (value, step) => `梯度在第 ${step} 步变成了 ${value}`,
  validationBecame: (value, step) => `验证损失在第 ${step} 步之后变成了 ${value}`,
  notFinite: (name) => `${name} 中有不是有限数的数值`,
  noBetter: (epochs, loss, epoch) => `验证损失已有 ${epochs} 轮没有下降（最佳：第 ${epoch} 轮后的 ${loss}）`,
  startsAgain: (changes) => `从头开始${changes === '' ? '' : `，改为 ${changes}`}：还没有存下检查点`,
  resumes: (epoch, step, changes, damaged) =>
    `从第 ${epoch} 轮第 ${step} 步恢复${changes === '' ? '' : `，改为 ${changes}`}${
      damaged === '' ? '' : `；因损坏而跳过：${damaged}`
    }`,
  imported: (file) => `从 ${file} 导入`,
};
