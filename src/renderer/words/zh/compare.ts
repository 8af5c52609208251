/** 文字：compare。 */
import type { Words } from '../en/index.ts';

export const compare: Words['compare'] = {
  title: '比较',
  alike: '提示、种子、温度均相同',
  looking: '正在寻找可比较的文字…',

  emptyTitle: '还没有可比较的内容',
  emptyText:
    '网络训练时，每一轮结束都会写一段文字：每次用同样的提示、同样的随机数。这里会把这些文字并排放在一起，让你看到从一轮到下一轮有什么变化。',
  emptyHint: '需要一次至少有两轮的训练，或两次训练。',
  train: '训练一个网络',
  toRuns: '查看训练记录',

  filmstrip: '各轮',
  sides: { left: '左', right: '右' },
  handle: { left: '左侧显示的轮', right: '右侧显示的轮' },
  handleText: (epoch, loss) => `第 ${epoch} 轮，损失 ${loss}`,
  handleTextPlain: (epoch) => `第 ${epoch} 轮`,
  both: (left, right) => `第 ${left} 轮与第 ${right} 轮`,
  play: '在右侧逐轮播放',
  stopPlaying: '停止播放',
  speed: '速度',
  speeds: { slow: '慢', medium: '中', fast: '快' },
  oneEpoch: '这次训练只在一轮之后写过文字。在任一侧选择另一次训练，即可比较两者。',

  prompt: '提示',
  temperature: '温度',
  marks: '标记',
  marksBy: { words: '按词', characters: '按字符', off: '关' },
  swap: '左右互换',
  coarser: {
    words: '文字太长，无法逐字符比较：标记的是整个词。',
    lines: '文字太长且差别太大，无法按词比较：标记的是整行。',
    none: '文字太长且差别太大，无法比较：没有标记。',
  },
  same: '两段文字完全相同。',
  notTheSame: {
    prompt: (left, right) => `提示不同：“${left}”与“${right}”。`,
    temperature: (left, right) => `温度不同：${left} 与 ${right}。`,
    seed: (left, right) => `种子不同：${left} 与 ${right}。`,
    length: (left, right) => `长度不同：${left} 与 ${right} 个字符。`,
  },

  run: { left: '左侧的训练', right: '右侧的训练' },
  searchRuns: '按名称查找',
  noSuchRun: '没有名称含有这些字的训练。',
  moreRuns: (count) => `还有 ${count} 个：输入名称以缩小范围。`,
  epochs: (count) => `${count} 轮`,
  otherEpoch: (asked, shown) => `第 ${asked} 轮没有文字，显示的是最接近的第 ${shown} 轮。`,
  goneTitle: '这次训练已不存在',
  goneText: '它已被删除。请在上方另选一个，或重新开始。',
  startOver: '重新开始',
  noTexts: '这次训练过程中没有写过文字。',
  noTextsHint: '只要保留了权重，任何一轮都可以再写。',
  noTextsYet: '第一轮结束时会出现第一段文字。',

  seed: '种子',
  engine: '引擎',
  openRun: '打开这次训练',
  generate: '用这一轮写文字',

  curves: '损失曲线',
  andMore: (count) => `另 ${count} 个`,
  addRun: '添加训练',
  removeRun: (name) => `移除 ${name}`,
  atMost: (count) => `一张图中最多放 ${count} 次训练。`,
  baseline: '基准',
  makeBaseline: (name) => `设为基准：${name}`,
  makeBaselineShort: '设为基准',
  bestLoss: '最低验证损失',
  bestTrainingLoss: '最低训练损失',
  deleted: (run) => `训练 ${run}，已删除`,

  settings: '不同的设置',
  allSettings: '设置',
  setting: '设置项',
  differ: (differing, all) =>
    differing === 0
      ? `全部 ${all} 项设置都相同。`
      : differing === all
        ? `全部 ${all} 项设置都不同。`
        : `${all} 项设置中有 ${differing} 项不同，其余相同。`,
  oneRun: (all) => `一次训练，${all} 项设置。再添加一次训练即可看到差别。`,
  showAll: '显示全部',
  facts: { corpus: '文本', engine: '引擎', weights: '权重数', bestLoss: '最低验证损失', time: '用时' },
  yes: '是',
  no: '否',
  quoted: (text) => `“${text}”`,
};
