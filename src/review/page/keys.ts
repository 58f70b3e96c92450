/** What keys do. */
export interface Actions {
  /** Whether a field is about to appear for which further keys are meant. */
  isWaiting(): boolean;
  move(by: number): void;
  judge(number: number): void;
  edit(field: "correction" | "comment" | "search"): void;
  undo(): void;
  help(): void;
}

/** Listens to keys, apart from those that are typed into a field or meant for the browser. */
export function listenToKeys(actions: Actions): void {
  addEventListener("keydown", (event) => {
    const { target, key } = event;
    if (event.isComposing) return;
    if (isField(target)) {
      if (key !== "Escape") return;
      event.preventDefault(); // which would empty the field for a search
      (target as HTMLElement).blur();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) {
      return;
    }
    if (actions.isWaiting()) return event.preventDefault();
    const action = actionOf(key, actions);
    if (action === undefined) return;
    event.preventDefault();
    action();
  });
}

function actionOf(key: string, actions: Actions): (() => void) | undefined {
  if (/^[1-9]$/.test(key)) return () => actions.judge(Number(key));
  const named: Readonly<Record<string, () => void>> = {
    "j": () => actions.move(1),
    "ArrowDown": () => actions.move(1),
    "s": () => actions.move(1),
    "k": () => actions.move(-1),
    "ArrowUp": () => actions.move(-1),
    "e": () => actions.edit("correction"),
    "c": () => actions.edit("comment"),
    "u": () => actions.undo(),
    "/": () => actions.edit("search"),
    "f": () => actions.edit("search"),
    "?": () => actions.help(),
  };
  return Object.hasOwn(named, key) ? named[key] : undefined;
}

function isField(target: EventTarget | null): boolean {
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement ||
    target instanceof HTMLInputElement && target.type !== "checkbox";
}
