/** 程序用英文说的话（左）和中文说法（右）。更新查询。格式见 index.ts。 */
export const updates = {
  'a browser opens pages by itself': '浏览器会自行打开页面',
  'an address for updates has no name and password in it': '更新地址中不能有用户名和密码',
  'Give one first.': '请先填写一个。',
  'It begins with https://.': '地址以 https:// 开头。',
  'Leave them out.': '请去掉它们。',
  'Look at the address: it names a file latest.json of Folio.': '请检查地址：它应指向 Folio 的 latest.json 文件。',
  'Look at the connection and the address.': '请检查网络连接和地址。',
  'looking for updates is turned off': '更新查询已关闭',
  'no newer Folio is known of': '目前没有已知的新版 Folio',
  'there is no address to ask for updates': '还没有查询更新的地址',
  'Turn it on first.': '请先打开它。',
  'Use an address that begins with https://.': '请使用以 https:// 开头的地址。',
  'what {0} sent does not describe a release': '{0} 返回的内容不是对版本的描述',
  'what {0} sent does not describe a release: its "{1}" does not fit':
    '{0} 返回的内容不是对版本的描述：其中的 "{1}" 不合要求',
  'what {0} sent is larger than {1} KB, which no such file is': '{0} 返回的内容超过 {1} KB，这样的文件不会这么大',
  'what {0} sent is not JSON': '{0} 返回的内容不是 JSON',
  '{0} cannot be reached: {*1}': '无法连接 {0}：{1}',
  '{0} did not answer within {1} s': '{0} 在 {1} 秒内没有应答',
  '{0} is not an address': '{0} 不是一个地址',
  '{0} leads from one address to the next, more than {1} times': '{0} 连续转向其他地址超过 {1} 次',
  '{0} leads to another address, but does not say to which': '{0} 要转向另一个地址，却没有说明是哪一个',
  '{0} leads to {1}//{2}, which is not https': '{0} 转向 {1}//{2}，那不是 https 地址',
  '{0} refused: it answered with {1}': '{0} 拒绝了请求，应答代码为 {1}',
  '{0}//{1} is not https: somebody on the way could answer in its place':
    '{0}//{1} 不是 https 地址：网络途中的人可能冒充它应答',
} as const;
