/** 训练页的文字，以及各处损失曲线图的文字。 */
import type { Words } from '../en/index.ts';

export const run: Words['run'] = {
  title: '训练',
  chart: {
    title: (name) => `${name} 的损失`,
    axes: { step: '步', epoch: '轮', time: '训练时间' },
    axis: '横轴',
    guess: (characters, loss) => `瞎猜：ln ${characters} = ${loss}`,
    notANumber: '不是数',
    described: (name, first, last, epochs) => `${name}：从开始时的 ${first} 降到 ${epochs} 轮后的 ${last}`,
    nothingYet: (name) => `${name}：还没有记录`,
    noPoints: '这里没有记录',
    newest: '现在',
    last: '结束时',
    baseline: '基准',
    smoothed: (loss) => `平滑后 ${loss}`,
    validation: (loss) => `验证 ${loss}`,
    epochs: (epochs) => `第 ${epochs} 轮处`,
    after: (clock) => `用时 ${clock}`,
    rate: (rate) => `学习率 ${rate}`,
    showAll: '显示全部',
    picture: '图片',
    table: '表格',
    smoothing: '平滑',
    logScale: '对数刻度',
    saved: (name) => `已写入 ${name}。`,
  },
};
