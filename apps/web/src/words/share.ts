import { defineWords } from "./words.ts";

export const shareWords = defineWords(
  {
    share: "Share this room",
    copyOf: (title: string) => `Copy the link to “${title}”`,
    copyLink: "Copy link",
    copied: "Link copied",
    how: "This link leads here:",
    close: "Close",
  },
  {
    ko: {
      share: "이 방 공유",
      copyOf: (title) => `‘${title}’ 링크 복사`,
      copyLink: "링크 복사",
      copied: "링크를 복사했어요",
      how: "이 링크로 들어올 수 있어요:",
      close: "닫기",
    },
    ja: {
      share: "このルームを共有",
      copyOf: (title) => `「${title}」のリンクをコピー`,
      copyLink: "リンクをコピー",
      copied: "リンクをコピーしました",
      how: "このリンクから入れます：",
      close: "閉じる",
    },
  },
);
