import "../../styles/toggles.css";
import { showCreation } from "./creation.js";
import { ToggleView } from "./detail.js";
import { ListView } from "./list.js";
import type { Where } from "./page.js";
import type { View } from "./view.js";

/** Fills the page. This module and what it needs is loaded for operators only. */
export function show(view: View, where: Where): void {
  const { desk, shell, signal } = view;
  desk.follow(shell.toggles, signal);
  switch (where.view) {
    case "list":
      new ListView(view).show();
      break;
    case "new":
      showCreation(view);
      break;
    case "toggle":
      void new ToggleView(view, where.id).show();
      break;
  }
}
