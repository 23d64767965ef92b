/** What happened to a room, in words; nothing for what viewers need not know. */
import type { Notice } from "@madang/client";
import type { ChatWords } from "../words/chat.ts";
import { span } from "./format.ts";

export function noticeWords(notice: Notice, words: ChatWords, language: string): string | undefined {
  const { type } = notice;
  switch (type) {
    case "scheduled":
      return words.noticeScheduled;
    case "opened":
      return words.noticeOpened;
    case "closed":
      return words.noticeClosed;
    case "pinned":
      return words.noticePinned;
    case "rewound":
      return words.noticeRewound;
    case "lost":
      return words.noticeLost;
    case "configured":
      return configured(notice, words, language);
    default:
      return undefined;
  }
}

function configured({ data, offset, at }: Notice, words: ChatWords, language: string): string | undefined {
  // What it was called from its beginning is no news.
  if (typeof data.title === "string" && data.title !== "" && offset > 1) return words.noticeTitle(data.title);
  const settings = data.settings;
  if (typeof settings !== "object" || settings === null) return undefined;
  const said = Object.entries(settings).flatMap(([name, value]) => setting(name, value, at, words, language) ?? []);
  return said.length === 0 ? undefined : said.join(" · ");
}

function setting(name: string, value: unknown, at: number, words: ChatWords, language: string): string | undefined {
  switch (name) {
    case "slowModeMs":
      return Number(value) > 0 ? words.noticeSlowOn(span(Number(value), language)) : words.noticeSlowOff;
    case "frozen":
      return value === true ? words.noticeFrozen : words.noticeUnfrozen;
    case "lockdownUntil":
      return Number(value) > at ? words.noticeLockdown : words.noticeLockdownOver;
    case "audience":
      return value === "members" ? words.noticeMembers : words.noticeEveryone;
    case "emoteOnly":
      return value === true ? words.noticeEmotes : words.noticeEmotesOff;
    case "links":
      return value === false ? words.noticeLinksOff : words.noticeLinksOn;
    default:
      return undefined;
  }
}
