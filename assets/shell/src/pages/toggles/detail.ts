import { h } from "@frontage/ui/dom";
import { isToBeMade, type Proposal, type Toggle, type Written } from "./answers.js";
import type { Patch } from "./api.js";
import { AudienceCard, agreed } from "./audience.js";
import { changesSince, explainProblem, whatHappened } from "./conflict.js";
import { exposureCard } from "./exposure.js";
import { attributesCard, facts, fieldNames, readOnly } from "./facts.js";
import {
  changedFields,
  type Form,
  type FormField,
  faultsOf,
  formOf,
  merged,
  patchOf,
  rebased,
} from "./form.js";
import { HistoryCard } from "./history.js";
import { button } from "./parts/control.js";
import { confirmed } from "./parts/dialog.js";
import { Notices } from "./parts/notices.js";
import { proposalCard } from "./proposal.js";
import { commented, ToggleForm } from "./toggle-form.js";
import { allToggles, rename, type View } from "./view.js";

/** One toggle: its state, who is affected, its history, and how to change it. */
export class ToggleView {
  readonly #view: View;
  readonly #id: string;
  readonly #notices = new Notices();
  readonly #facts = h("div", { class: "facts" });
  readonly #proposal = h("div", {});
  readonly #columns = h("div", { class: "columns" });
  readonly #end = h("div", {});
  readonly #audience: AudienceCard;
  readonly #exposure: readonly HTMLElement[];
  readonly #history: HistoryCard;
  /** The toggle that the fields were made of; `undefined` if it does not exist. */
  #base: Toggle | undefined;
  #form: ToggleForm | undefined;
  /** Whether it is being read again because a person wants that: then its change is no news. */
  #isLooking = false;
  /** The proposal on the page, as JSON. */
  #shownProposal = "";
  /** The patch that was counted last, as JSON. */
  #counted = "";

  constructor(view: View, id: string) {
    const { desk, signal } = view;
    this.#view = view;
    this.#id = id;
    this.#audience = new AudienceCard(desk.api, id, signal);
    this.#exposure = exposureCard(view, id);
    this.#history = new HistoryCard({
      desk,
      id,
      signal,
      toggle: () => this.#base,
      written: (outcome) => {
        this.#wrote(outcome, "The earlier state is back");
        this.#notices.focus();
      },
    });
  }

  /** Shows it. What is known is shown at once, and then read again. */
  async show(): Promise<void> {
    const { desk, element, signal } = this.#view;
    const known = desk.toggles.get(this.#id);
    if (known) {
      this.#draw(known);
    }
    const result = await desk.reread(this.#id);
    if (signal.aborted) {
      return;
    }
    if (!result.ok) {
      this.#notices.problem(result.problem, () => void this.show());
      if (!known) {
        element.replaceChildren(allToggles(), this.#notices.element);
      }
      return;
    }
    if (!known || result.value === undefined) {
      this.#draw(result.value);
    } else {
      this.#live();
    }
    signal.addEventListener(
      "abort",
      desk.onChange(() => this.#live()),
    );
    signal.addEventListener("abort", () => this.#keepDraft());
    await this.#history.load();
  }

  #draw(toggle: Toggle | undefined): void {
    const { element, desk } = this.#view;
    this.#base = toggle;
    element.replaceChildren(
      allToggles(),
      this.#facts,
      this.#notices.element,
      this.#proposal,
      this.#columns,
      this.#history.element,
      this.#end,
    );
    if (!toggle) {
      this.#showAbsence();
      return;
    }
    if (isToBeMade(toggle)) {
      this.#showWaiting(toggle);
      return;
    }
    const form = this.#takeDraft(toggle);
    const side = h(
      "div",
      { class: "fr-stack" },
      this.#audience.element,
      ...this.#exposure,
      ...attributesCard(toggle),
    );
    this.#form = undefined;
    if (toggle.mayFlip) {
      this.#form = new ToggleForm({
        desk,
        form,
        save: "Save",
        saved: (comment) => this.#save(comment),
        changed: () => this.#showState(),
        settled: () => this.#count(),
        discarded: () => this.#discard(),
      });
    }
    this.#columns.replaceChildren(this.#form?.element ?? readOnly(toggle, desk.overview.you.mayFlip), side);
    this.#end.replaceChildren(...(toggle.mayFlip ? [this.#deletion()] : []));
    this.#showFacts(toggle);
    this.#showState();
    this.#count();
  }

  /** The changes that were not saved on an earlier visit. */
  #takeDraft(toggle: Toggle): Form {
    const { drafts } = this.#view.desk;
    const draft = drafts.get(this.#id);
    if (!draft) {
      return formOf(toggle);
    }
    drafts.delete(this.#id);
    this.#notices.show({
      tone: "info",
      heading: "Your unsaved changes are still here",
      text: "They are from your last visit to this page.",
    });
    return rebased(draft, toggle).form;
  }

  #keepDraft(): void {
    const { drafts } = this.#view.desk;
    if (this.#base && this.#form && this.#dirty().length > 0) {
      drafts.set(this.#id, { base: this.#base, form: this.#form.form });
    }
  }

  #dirty(): readonly FormField[] {
    return this.#base && this.#form ? changedFields(this.#form.form, formOf(this.#base)) : [];
  }

  #showFacts(toggle: Toggle): void {
    rename(this.#view.element, toggle.name);
    const { id, isActive, proposal } = toggle;
    this.#facts.dataset.toggle = id;
    this.#facts.dataset.active = String(isActive);
    this.#facts.replaceChildren(...facts(toggle));
    this.#showProposal(toggle, proposal);
  }

  /** A card that is on the page already stays, with the focus that it may have. */
  #showProposal(toggle: Toggle, proposal: Proposal | undefined): void {
    const shown = JSON.stringify([proposal, toggle.revision]);
    if (shown === this.#shownProposal) {
      return;
    }
    this.#shownProposal = shown;
    this.#proposal.hidden = proposal === undefined;
    this.#proposal.replaceChildren();
    if (proposal) {
      const card = proposalCard(this.#view.desk, toggle, proposal, (words) => this.#decided(words));
      this.#proposal.append(h("fr-card", { heading: "Awaiting approval" }, card));
    }
  }

  #decided(words: string): void {
    this.#notices.show({ tone: "positive", heading: words, text: "The toggle is as shown below." });
    this.#notices.focus();
    void this.#history.load();
  }

  #showState(): void {
    const dirty = this.#dirty();
    const names = fieldNames(dirty);
    this.#form?.showState(dirty.length > 0 ? `Not saved: ${names}.` : "", dirty.length > 0);
  }

  /** Counts who would be affected, if that is not what was counted last. */
  #count(): void {
    const patch = this.#patch();
    const text = JSON.stringify([this.#base?.revision, patch]);
    if (text !== this.#counted) {
      this.#counted = text;
      void this.#audience.count(patch);
    }
  }

  /** The unsaved change, unless there is none or it is faulty. */
  #patch(): Patch | undefined {
    if (!this.#base || !this.#form || Object.keys(faultsOf(this.#form.form)).length > 0) {
      return undefined;
    }
    return patchOf(this.#form.form, this.#base);
  }

  #discard(): void {
    if (this.#base && this.#form) {
      this.#form.form = formOf(this.#base);
      this.#notices.clear();
      this.#showState();
      this.#count();
      this.#form.editor.element.querySelector<HTMLElement>("[role=switch]")?.focus();
    }
  }

  async #save(comment: string): Promise<void> {
    const { desk, element, signal } = this.#view;
    const base = this.#base;
    const patch = this.#patch();
    const sent = this.#form?.form;
    if (!base || !patch) {
      this.#notices.show({
        tone: "info",
        heading: "Nothing to save",
        text: "No field differs from what is saved.",
      });
      return;
    }
    this.#notices.clear();
    const isOnlyOff = patch.isActive === false && Object.keys(patch).length === 2;
    if (!isOnlyOff && !(await agreed(desk.api, element, this.#id, patch, "Save"))) {
      return;
    }
    const result = await desk.api.change(this.#id, commented(patch, comment));
    if (signal.aborted) {
      return;
    }
    if (result.ok) {
      this.#wrote(result.value, "Saved", sent);
    } else {
      await explainProblem(
        desk,
        this.#notices,
        this.#id,
        base.revision,
        result.problem,
        () => void this.#lookAgain(),
      );
    }
  }

  /** Takes the outcome of a change that was made here. */
  #wrote(outcome: Written, heading: string, sent?: Form): void {
    const { desk } = this.#view;
    if (outcome.kind === "proposed") {
      this.#notices.show({
        tone: "positive",
        heading: "Proposed",
        text: "It is protected: the change is made once a second person approves it.",
      });
    } else {
      this.#notices.show({ tone: "positive", heading, text: "Clients are sent the change at this moment." });
    }
    if (this.#form) {
      this.#form.comment = "";
    }
    if (outcome.kind === "written" && outcome.toggle) {
      this.#take(outcome.toggle, sent);
      desk.put(outcome.toggle);
    } else if (this.#base) {
      this.#take(this.#base, sent);
    }
    void desk.reread(this.#id);
    void this.#history.load();
  }

  /** Shows a state of the toggle. Unsaved changes go, but for those since `sent` was sent. */
  #take(toggle: Toggle, sent?: Form): void {
    if (!this.#form) {
      this.#draw(toggle);
      return;
    }
    const { form } = this.#form;
    this.#base = toggle;
    this.#form.form = merged(sent ?? form, form, formOf(toggle)).form;
    this.#showFacts(toggle);
    this.#showState();
    this.#count();
  }

  /** Something is known that is newer: of this toggle, or of its proposal. */
  #live(): void {
    const { desk, signal } = this.#view;
    const toggle = desk.toggles.get(this.#id);
    const base = this.#base;
    if (signal.aborted || this.#isLooking || this.#form?.isSaving) {
      return;
    }
    if (!toggle || !base) {
      if (toggle || base) {
        this.#draw(toggle);
        void this.#history.load();
      }
    } else if (toggle.revision === base.revision) {
      this.#base = toggle;
      this.#showFacts(toggle);
    } else if (this.#dirty().length === 0) {
      this.#take(toggle);
      void this.#history.load();
    } else {
      void this.#tellChange(base.revision);
    }
  }

  async #tellChange(known: number): Promise<void> {
    const changes = await changesSince(this.#view.desk, this.#id, known);
    if (this.#view.signal.aborted) {
      return;
    }
    if (changes?.length === 0) {
      // The clock has sent it: nothing of what is written has changed.
      this.#rebase();
      return;
    }
    const text = whatHappened(changes);
    const look = button("Look again", () => this.#lookAgain());
    this.#notices.show({ tone: "warning", heading: "Changed in the meantime", text, actions: [look] });
  }

  /** Shows the toggle as it is, with the unsaved changes on it. */
  async #lookAgain(): Promise<void> {
    const { desk } = this.#view;
    this.#isLooking = true;
    const result = await desk.reread(this.#id);
    this.#isLooking = false;
    if (!result.ok) {
      this.#notices.problem(result.problem, () => void this.#lookAgain());
      return;
    }
    const { value: live } = result;
    if (!live || !this.#form) {
      this.#draw(live);
      return;
    }
    const both = this.#rebase();
    const names = fieldNames(both);
    this.#notices.show({
      tone: both.length > 0 ? "warning" : "info",
      heading: "This is how it is now",
      text: names
        ? `Your own changes are kept. Both of you have changed: ${names}. Saving replaces theirs.`
        : "Your own changes are kept, on top of theirs.",
    });
  }

  /** Puts the unsaved changes on the state that is known. Returns the fields that both have changed. */
  #rebase(): readonly FormField[] {
    const live = this.#view.desk.toggles.get(this.#id);
    if (!live || !this.#base || !this.#form) {
      return [];
    }
    const { form, both } = rebased({ base: this.#base, form: this.#form.form }, live);
    this.#base = live;
    this.#form.form = form;
    this.#showFacts(live);
    this.#showState();
    this.#count();
    void this.#history.load();
    return both;
  }

  /** For one that is proposed, and exists once that is approved. */
  #showWaiting(toggle: Toggle): void {
    this.#form = undefined;
    const heading = "This toggle does not exist yet";
    this.#columns.replaceChildren(
      h("fr-alert", { tone: "info", heading }, "It is made once it is approved."),
    );
    this.#end.replaceChildren();
    this.#showFacts(toggle);
  }

  #showAbsence(): void {
    this.#form = undefined;
    const words =
      "It was deleted, or never made. If its history is below, an earlier state can be brought back.";
    this.#facts.replaceChildren();
    this.#proposal.hidden = true;
    this.#shownProposal = "";
    this.#end.replaceChildren();
    this.#columns.replaceChildren(
      h("fr-alert", { tone: "info", heading: "This toggle does not exist" }, words),
    );
  }

  #deletion(): HTMLElement {
    const remove = button("Delete this toggle", () => this.#remove(), { variant: "danger" });
    const words =
      "Applications then use their own default. Its history stays, and it can be brought back from there.";
    return h(
      "fr-card",
      { heading: "Delete" },
      h("div", { class: "fr-stack" }, h("p", { class: "fr-muted" }, words), h("div", {}, remove)),
    );
  }

  async #remove(): Promise<void> {
    const { desk, element, signal } = this.#view;
    const base = this.#base;
    const text = [h("p", {}, "For applications that ask for it, it is as if it had never been.")];
    if (
      !base ||
      !(await confirmed(element, { heading: `Delete ${base.name}?`, text, yes: "Delete", isDangerous: true }))
    ) {
      return;
    }
    this.#notices.clear();
    const result = await desk.api.remove(this.#id, base.revision);
    if (signal.aborted) {
      return;
    }
    if (!result.ok) {
      await explainProblem(
        desk,
        this.#notices,
        this.#id,
        base.revision,
        result.problem,
        () => void this.#lookAgain(),
      );
    } else if (result.value.kind === "proposed") {
      this.#wrote(result.value, "");
    } else {
      desk.drop(this.#id);
      this.#notices.show({
        tone: "positive",
        heading: "Deleted",
        text: "It can be brought back from its history.",
      });
      this.#notices.focus();
    }
  }
}
