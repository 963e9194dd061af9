// One symbol from the camera to the officer's choice: the held verdict at once, then the registry's word, the
// portrait and the mark. An answer that comes late never touches the screen of a newer symbol.
import { button, byId, fill } from "./elements.js";
import { NEVER, check, isAskable, registryWord, severalCodes, stationView, takesOver } from "./checking.js";
import { usesBefore, wasUsed, wholeWord } from "./checking.js";
import { clockLooksWrong } from "./clock.js";
import { Marking } from "./marking.js";
import { showPortrait, uncheckedPortrait, wholeAnswer } from "./portrait.js";
import { say, show } from "./screen.js";
import { signal } from "./signals.js";
import { NextButton, drawVerdict, sentencesOf } from "./verdict-screen.js";
import { WORDS } from "./verdict.js";
import { usedBefore } from "./wording.js";

// What newer data may settle.
const OUT_OF_DATE = ["key_unknown", "list_missing", "list_stale", "newer_than_list"];

/** Judges symbols, one at a time. */
export class Judge {
  /**
   * @param {object} app see knowing.js
   * @param {{next: () => void, typed: () => void, refresh: () => Promise<boolean>}} ways
   */
  constructor(app, ways) {
    this.app = app;
    this.ways = ways;
    this.shown = null;
    this.turn = 0;
    this.next = null;
    this.marking = null;
  }

  /** Forget the symbol that is shown, and whatever is still asked about it: it must not pass for the next one's. */
  leave() {
    this.turn += 1;
    wipe();
    if (this.next !== null) this.next.stop();
    this.next = null;
    this.marking = null;
    this.shown = null;
  }

  /** Show the verdict on the text of one symbol; empty: a picture with several seals. */
  async judge(text) {
    this.leave();
    const mine = this.turn;
    performance.mark("suket-read"); // from here until the verdict stands there: the benchmark asks
    const { app } = this;
    const now = new Date();
    const [found, clock] = await Promise.all([
      text === "" ? { verdict: severalCodes(now), before: NEVER } : check(text, app, now),
      clockLooksWrong(app.store, now).catch(() => app.clock),
    ]);
    app.clock = clock;
    if (mine !== this.turn) return;
    const shown = { text, ...found, answer: null, byRegistry: false, chosen: false };
    this.present(shown);
    performance.mark("suket-verdict");
    this.announce(shown);
    await this.learnMore(shown);
  }

  present(shown) {
    const { app } = this;
    this.shown = shown;
    app.view = app.held === null ? null : stationView(app.held.bundle, app.device);
    this.next = new NextButton(this.ways.next);
    this.marking = new Marking(shown, app, {
      onMarked: () => this.chose(shown, true),
      onUndone: () => this.chose(shown, false),
      onConflict: () => {
        if (this.shown !== shown) return;
        this.next.stop();
        signal(shown.verdict.outcome, shown.verdict.tone, true, app.preferences.all());
      },
    });
    this.draw(shown);
    show("verdict", this.next.element);
    if (!this.marking.possible) this.goOn(shown);
  }

  /** The officer has marked the letter, or taken that back; another one may stand there by now. */
  chose(shown, marked) {
    shown.chosen = marked;
    if (this.shown !== shown) return;
    this.next.stop();
    if (!marked) return;
    this.next.element.focus({ preventScroll: true });
    this.goOn(shown);
  }

  draw(shown) {
    const { marking, next, ways } = this;
    const typing = button("Ketik nomor", ways.typed, { class: "secondary", id: "type-instead" });
    const others = shown.verdict.outcome === "unreadable" ? [typing] : [];
    drawVerdict(shown, this.app, marking, [...marking.buttons, ...others, next.element]);
  }

  /** By itself only from a plain good letter, and only where the officer has nothing left to choose. */
  goOn(shown) {
    if (shown.verdict.tone !== "green" || isWarned(shown) || this.app.clock !== null) return;
    this.next.goOnIn(this.app.preferences.get("autoNext"));
  }

  announce(shown) {
    const { verdict, before } = shown;
    const warned = isWarned(shown);
    signal(verdict.outcome, verdict.tone, warned, this.app.preferences.all());
    const used = usedBefore(before, new Date());
    const first = [used === null ? "" : `Sudah ditunjukkan. ${used}`, `${WORDS[verdict.outcome].id}.`];
    const all = [...first, verdict.message.id, ...sentencesOf(shown, this.app)];
    say(all.filter(Boolean).join(" "), verdict.tone === "red" || warned);
  }

  async learnMore(shown) {
    const { verdict } = shown;
    if (OUT_OF_DATE.some((reason) => verdict.reasons.includes(reason))) this.judgeAgain(shown);
    await Promise.all([this.hearRegistry(shown), this.hearWhole(shown)]);
  }

  /** Once more with newer data, where there is any. */
  async judgeAgain(shown) {
    if (!(await this.ways.refresh()) || this.shown !== shown || shown.chosen || shown.byRegistry) return;
    const again = await check(shown.text, this.app, new Date());
    if (this.shown !== shown || again.verdict.outcome === shown.verdict.outcome) return;
    Object.assign(shown, again);
    await this.presentAnew(shown);
    await this.hearRegistry(shown);
  }

  /** A verdict of another kind: what could not be marked before may be markable now. */
  async presentAnew(shown) {
    if (shown.verdict.genuine && this.app.device !== null)
      shown.before = await usesBefore(this.app, shown.verdict).catch(() => shown.before);
    if (this.shown !== shown) return;
    this.next.stop();
    this.present(shown);
    this.announce(shown);
    this.hearWhole(shown);
  }

  async hearRegistry(shown) {
    if (!isAskable(shown.verdict)) return;
    await this.takeWord(shown, await registryWord(shown.text, this.app, wasUsed(shown.before)));
  }

  /** A newer word of the registry, in the place of the one shown. */
  async takeWord(shown, word) {
    if (word === null || this.shown !== shown || !takesOver(shown.verdict, word)) return;
    const { outcome, tone, genuine } = shown.verdict;
    shown.verdict = word;
    shown.byRegistry = true;
    if (word.genuine === genuine) this.redraw(shown, word.outcome !== outcome || word.tone !== tone);
    else await this.presentAnew(shown);
  }

  async hearWhole(shown) {
    const { device, store } = this.app;
    if (!shown.verdict.genuine || device === null || device.state !== "active") return;
    const answer = await wholeAnswer(store, shown.text);
    if (answer === null || this.shown !== shown) return;
    shown.answer = answer;
    this.redraw(shown, false);
    // It tells the letter's fate too, and may be all that came through.
    if (!shown.byRegistry)
      await this.takeWord(shown, await wholeWord(shown.text, this.app, answer, wasUsed(shown.before)));
  }

  /** Draw it anew with what is known now; the focus, the mark and a running count stay. */
  redraw(shown, aloud) {
    const focused = document.activeElement?.id;
    this.draw(shown);
    const again = focused ? byId(focused) : null;
    if (again !== null) again.focus({ preventScroll: true });
    if (shown.answer !== null) drawPortrait(shown.answer);
    if (!aloud) return;
    if (shown.verdict.tone !== "green" || isWarned(shown)) this.next.stop();
    this.announce(shown);
  }

  /** The line was tried: something was sent, or heard of the very letter on the screen. `line`: as sync.js tells it. */
  async heard(line) {
    const { shown, app } = this;
    if (shown === null) return;
    await this.marking.update(line, app.conflicts);
    if (!shown.verdict.genuine || app.device === null || shown.chosen || shown.before.elsewhere) return;
    const before = await usesBefore(app, shown.verdict);
    if (this.shown !== shown || shown.chosen || !before.elsewhere) return;
    shown.before = before;
    this.redraw(shown, true);
  }
}

/** Nothing of the last letter is left in the page, nor of the person. */
function wipe() {
  const place = byId("verdict");
  fill(place);
  for (const name of ["outcome", "tone", "genuine", "source"]) delete place.dataset[name];
}

function isWarned({ verdict, before }) {
  return wasUsed(before) || verdict.cautions.length > 0 || verdict.notes.some((note) => note.startsWith("other_"));
}

async function drawPortrait({ portrait }) {
  const place = byId("portrait");
  if (place === null) return;
  if (portrait && (await showPortrait(place, portrait))) return;
  const why = portrait === null ? "Disdukcapil tidak menyimpan foto pemegang surat ini." : "";
  if (place.isConnected) place.replaceWith(uncheckedPortrait(why));
}
