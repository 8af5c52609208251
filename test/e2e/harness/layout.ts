/** What is wrong with a screen's layout as far as a program can see it: text that is cut off or outside, controls on top of each other, sideways scrolling. */
import type { Page } from 'playwright-core';

/**
 * Runs in the page. Text may be cut off where that was designed: an ellipsis, a clamp to some lines, a mask that fades it out, a list that
 * scrolls, words for screen readers only, and at their lower end previews of what a network wrote (which have no language).
 */
const INSPECT = `(() => {
  const found = [];
  const name = (element) => {
    const text = (element.innerText ?? element.textContent ?? '').trim().replace(/\\s+/g, ' ').slice(0, 50);
    return element.tagName.toLowerCase() + (element.className && typeof element.className === 'string' ? '.' + element.className.split(' ')[0] : '') + ' "' + text + '"';
  };
  const root = document.scrollingElement;
  if (root.scrollWidth > innerWidth + 1) found.push('the page is ' + root.scrollWidth + ' px wide, in ' + innerWidth);
  if (root.scrollHeight > innerHeight + 1) found.push('the page as a whole is ' + root.scrollHeight + ' px high, in ' + innerHeight);
  const main = document.querySelector('main');
  if (main !== null && main.scrollWidth > main.clientWidth + 1) found.push('main is ' + main.scrollWidth + ' px wide, in ' + main.clientWidth);

  const styles = new Map();
  const styleOf = (element) => {
    if (!styles.has(element)) styles.set(element, getComputedStyle(element));
    return styles.get(element);
  };
  const isDesigned = (style) =>
    style.textOverflow === 'ellipsis' || style.webkitLineClamp !== 'none' ||
    (style.maskImage ?? style.webkitMaskImage ?? 'none') !== 'none' || style.clipPath !== 'none' || style.clip !== 'auto';
  const isSticky = (element) => {
    for (let box = element; box !== null; box = box.parentElement) if (styleOf(box).position === 'sticky') return true;
    return false;
  };
  const isVisible = (element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true });

  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const element = node.parentElement;
    if (node.data.trim() === '' || element.closest('script, style, svg, option') !== null || !isVisible(element)) continue;
    range.selectNodeContents(node);
    const text = range.getBoundingClientRect();
    if (text.width < 1 || text.height < 1) continue;
    let [scrollsX, scrollsY, designed] = [false, false, false];
    for (let box = element; box !== null && box !== document.body; box = box.parentElement) {
      const style = styleOf(box);
      if (isDesigned(style)) { designed = true; break; }
      if (style.position === 'absolute' && (style.width === '1px' || style.left === '-9999px')) { designed = true; break; }
      const frame = box.getBoundingClientRect();
      if (style.overflowX === 'auto' || style.overflowX === 'scroll') scrollsX = true;
      if (style.overflowY === 'auto' || style.overflowY === 'scroll') scrollsY = true;
      if (!scrollsX && style.overflowX !== 'visible' && (text.right > frame.right + 1.5 || text.left < frame.left - 1.5)) {
        found.push('cut off at the side by ' + name(box).slice(0, 40) + ': ' + name(element));
        break;
      }
      if (!scrollsY && style.overflowY !== 'visible' && element.closest('[lang=""]') === null && (text.bottom > frame.bottom + 3 || text.top < frame.top - 3)) {
        found.push('cut off below by ' + name(box).slice(0, 40) + ': ' + name(element));
        break;
      }
      if (style.position === 'fixed') break;
    }
    if (designed) continue;
    if (!scrollsX && (text.right > innerWidth + 1 || text.left < -1)) found.push('outside of the window at the side: ' + name(element));
    if (!scrollsY && element.closest('.skip') === null && (text.bottom > innerHeight + 1 || text.top < -1)) found.push('outside of the window: ' + name(element));
  }

  // What is pressed must not lie on what else is pressed.
  const controls = [...document.querySelectorAll('a[href], button, input, select, textarea, [role=slider]')].filter((element) =>
    isVisible(element) && element.closest('.skip, [role=region][aria-live]') === null && !isSticky(element));
  const boxes = controls.map((element) => ({ element, box: element.getBoundingClientRect() })).filter(({ box, element }) =>
    box.width > 2 && box.height > 2 && document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2) !== null);
  for (let i = 0; i < boxes.length; i++) {
    for (let j = i + 1; j < boxes.length; j++) {
      const [a, b] = [boxes[i], boxes[j]];
      if (a.element.contains(b.element) || b.element.contains(a.element)) continue;
      const width = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
      const height = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
      if (width < 4 || height < 4) continue;
      const [x, y] = [Math.max(a.box.left, b.box.left) + width / 2, Math.max(a.box.top, b.box.top) + height / 2];
      const top = document.elementFromPoint(x, y);
      const covered = [a, b].filter(({ element }) => top !== null && (element.contains(top) || top.contains(element)));
      if (covered.length === 2 || (top !== null && (a.element.contains(top) || b.element.contains(top)) && a.element.closest('[role=slider]') === null && b.element.closest('[role=slider]') === null && styleOf(a.element).position !== 'absolute' && styleOf(b.element).position !== 'absolute')) {
        const sameScroll = (one) => { for (let e = one.parentElement; e !== null; e = e.parentElement) if (/auto|scroll|hidden/.test(styleOf(e).overflowY)) return e; return null; };
        if (sameScroll(a.element) === sameScroll(b.element)) found.push('on top of each other: ' + name(a.element) + ' and ' + name(b.element));
      }
    }
  }
  return [...new Set(found)].slice(0, 20);
})()`;

export function layoutFaults(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(INSPECT);
}
