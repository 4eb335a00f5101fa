// Returns what is wrong with the layout of the page as it is shown: one sentence for each fault.
() => {
  const SMALLEST_TARGET = 24;
  const TALLEST_CONTROL = 64;
  const WIDEST_GAP = 48;
  const TOLERANCE = 1;
  const CONTROLS = "a[href], button, select, input, summary, label[for], label:has(input)";

  const EVERYWHERE = { left: -Infinity, right: Infinity, top: -Infinity, bottom: Infinity };

  const areas = new Map();
  const hidden = new Map();
  const faults = [];
  const report = (element, what) => faults.push(`${nameOf(element)}: ${what}`);
  // The editor's is in a shadow root, and lies over others.
  const dialog = openDialogs(document).at(-1);
  const elements = visibleBelow(dialog ?? document.body);
  const controls = elements.filter((element) => element.matches(CONTROLS));
  const texts = elements.flatMap(textsOf);
  // The dialog's message, and the label of a list that is scrolled, lie over what is below for a moment.
  const floats = (element) => element.closest("#viewer-message, .scroll-label");
  // So does the bar of what is selected, over the page.
  const isBeside = (one, other) => one.closest(".bulk") !== other.closest(".bulk");

  checkWidth();
  if (dialog) checkDialog();
  controls.forEach(checkControl);
  checkOverlaps();
  elements.forEach(checkClipping);
  elements.forEach(checkPicture);
  elements.forEach(checkName);
  return [...new Set(faults)];

  function checkWidth() {
    const { clientWidth, scrollWidth } = document.documentElement;
    if (scrollWidth > clientWidth) report(document.body, `${scrollWidth} wide in ${clientWidth}`);
    for (const element of elements) {
      if (element.closest(".zoomed")) continue; // its stage is scrolled
      const { left, right } = element.getBoundingClientRect();
      if (left < -TOLERANCE || right > innerWidth + TOLERANCE) {
        report(element, `from ${round(left)} to ${round(right)} in a window of ${innerWidth}`);
      }
      const column = element.closest(".details")?.getBoundingClientRect();
      if (column && right > column.right + TOLERANCE) {
        report(element, `${round(right - column.right)} beyond its column`);
      }
    }
  }

  function checkDialog() {
    const box = dialog.getBoundingClientRect();
    const besides = [box.left - (innerWidth - box.right), box.top - (innerHeight - box.bottom)];
    if (besides.some((distance) => Math.abs(distance) > 2 * TOLERANCE)) {
      report(dialog, `${besides.map((distance) => round(distance / 2))} beside the middle`);
    }
    const isWhole = box.width >= innerWidth - TOLERANCE && box.height >= innerHeight - TOLERANCE;
    if (isWhole) return;
    const content = [...texts, ...controls.map((element) => ({ box: element.getBoundingClientRect() }))]
      .map(({ box }) => box).sort((a, b) => a.top - b.top);
    let end = box.top;
    for (const { top, bottom } of [...content, { top: box.bottom, bottom: box.bottom }]) {
      if (top - end > WIDEST_GAP) report(dialog, `${round(top - end)} empty after ${round(end - box.top)}`);
      end = Math.max(end, bottom);
    }
  }

  function checkControl(element) {
    const { width, height } = element.getBoundingClientRect();
    const size = `${round(width)} × ${round(height)}`;
    if (Math.min(width, height) < SMALLEST_TARGET - 0.01) report(element, `a target of ${size}`);
    // A thumbnail is a link, and the divider covers its picture.
    if (element.matches(".thumbnail a, input[type=range]")) return;
    if (height > TALLEST_CONTROL) report(element, `a control of ${size}`);
  }

  function checkOverlaps() {
    const still = texts.filter(({ element }) => !floats(element));
    const boxes = controls
      // The divider, the marker and a thumbnail's checkbox lie on the picture.
      .filter((element) => !element.closest(".stage, .pick"))
      .map((element) => ({ element, box: clipped(element, element.getBoundingClientRect()) }));
    for (const [index, { element, box }] of boxes.entries()) {
      for (const text of still) {
        if (isBeside(element, text.element)) continue;
        if (overlap(box, text.box) && !isWithin(text.element, element)) {
          report(element, `lies over the text "${text.text}"`);
        }
      }
      for (const other of boxes.slice(index + 1)) {
        const isNested = isWithin(element, other.element) || isWithin(other.element, element);
        if (isBeside(element, other.element)) continue;
        if (overlap(box, other.box) && !isNested) report(element, `lies over ${nameOf(other.element)}`);
      }
    }
    for (const [index, text] of still.entries()) {
      for (const other of still.slice(index + 1)) {
        if (isBeside(text.element, other.element)) continue;
        if (text.element !== other.element && overlap(text.box, other.box, 3)) {
          report(text.element, `"${text.text}" lies over "${other.text}"`);
        }
      }
    }
  }

  function checkClipping(element) {
    const style = getComputedStyle(element);
    const isCut = (overflow, size, shown) => overflow !== "visible" && size > shown + TOLERANCE;
    // A scroll container shows the rest on request.
    const scrolls = ["auto", "scroll"];
    const sideways = isCut(style.overflowX, element.scrollWidth, element.clientWidth);
    // A picture in its actual size is moved around.
    if (sideways && scrolls.includes(style.overflowX) && !element.matches(".zoomed")) report(element, "has to be scrolled sideways");
    if (!directText(element)) return;
    const isShortened = style.textOverflow === "ellipsis" && element.title === element.textContent;
    if (sideways && !isShortened) report(element, "its text is cut off");
    if (isCut(style.overflowY, element.scrollHeight, element.clientHeight) && !scrolls.includes(style.overflowY)) {
      report(element, "its last lines are cut off");
    }
    if (element.matches("button, label, summary")) {
      const outer = element.getBoundingClientRect();
      const sticksOut = ({ left, right, top, bottom }) => left < outer.left - TOLERANCE
        || right > outer.right + TOLERANCE || top < outer.top - TOLERANCE || bottom > outer.bottom + TOLERANCE;
      if (textsOf(element).some(({ box }) => sticksOut(box))) report(element, "its text sticks out");
    }
  }

  // Without a picture, browsers paint an icon for a broken one.
  function checkPicture(element) {
    if (!element.matches("img")) return;
    const isLoading = element.hasAttribute("src") && !element.complete;
    if (!isLoading && element.naturalWidth === 0) report(element, "shows a broken picture");
  }

  function checkName(element) {
    const text = element.textContent.trim();
    if (element.ariaLabel && text && element.matches(CONTROLS) && !element.ariaLabel.includes(text)) {
      report(element, `is called "${element.ariaLabel}", and shows "${text}"`);
    }
  }

  function openDialogs(root) {
    return [...root.querySelectorAll("*")].flatMap((element) => (
      element.matches("dialog[open]") ? element : element.shadowRoot ? openDialogs(element.shadowRoot) : []));
  }

  function visibleBelow(root) {
    return [...root.querySelectorAll("*")].flatMap((element) => {
      const below = element.shadowRoot ? visibleBelow(element.shadowRoot) : [];
      return isVisible(element) ? [element, ...below] : below;
    });
  }

  function isVisible(element) {
    const { width, height } = element.getBoundingClientRect();
    const isShown = element.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true });
    return isShown && width > 0 && height > 0 && !isForScreenReaders(element);
  }

  function isForScreenReaders(element) {
    if (!element) return false;
    if (!hidden.has(element)) {
      const isHidden = getComputedStyle(element).clipPath === "inset(50%)" || isForScreenReaders(parentOf(element));
      hidden.set(element, isHidden);
    }
    return hidden.get(element);
  }

  function textsOf(element) {
    const found = [];
    for (const node of element.childNodes) {
      if (node.nodeType !== Node.TEXT_NODE || !node.data.trim() || element.matches("option, select, script, style")) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      for (const rectangle of range.getClientRects()) {
        const box = clipped(element, rectangle);
        if (box.right > box.left && box.bottom > box.top) found.push({ element, text: node.data.trim().slice(0, 40), box });
      }
    }
    return found;
  }

  function directText(element) {
    return [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
  }

  // The part of a box that the overflow of the element and its ancestors leaves visible.
  function clipped(element, box) {
    return intersection(box, visibleArea(element));
  }

  function visibleArea(element) {
    if (!element || element === document.documentElement) return EVERYWHERE;
    if (!areas.has(element)) {
      const own = getComputedStyle(element).overflowX === "visible" ? EVERYWHERE : element.getBoundingClientRect();
      areas.set(element, intersection(own, visibleArea(parentOf(element))));
    }
    return areas.get(element);
  }

  function intersection(one, other) {
    return {
      left: Math.max(one.left, other.left),
      right: Math.min(one.right, other.right),
      top: Math.max(one.top, other.top),
      bottom: Math.min(one.bottom, other.bottom),
    };
  }

  function parentOf(element) {
    return element.assignedSlot ?? element.parentElement ?? element.getRootNode().host;
  }

  function isWithin(element, outer) {
    for (let inner = element; inner; inner = parentOf(inner)) if (inner === outer) return true;
    return false;
  }

  function overlap(one, other, tolerance = TOLERANCE) {
    return Math.min(one.right, other.right) - Math.max(one.left, other.left) > tolerance
      && Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) > tolerance;
  }

  function nameOf(element) {
    const part = element.getAttribute("part") ?? element.id ?? "";
    const kind = element.className && typeof element.className === "string" ? `.${element.className}` : "";
    return `${element.localName}${kind}${part && ` (${part})`} "${element.textContent.trim().slice(0, 30)}"`;
  }

  function round(number) {
    return Math.round(number * 10) / 10;
  }
}
