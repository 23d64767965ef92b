import { defineWords } from "./words.ts";

export const embedWords = defineWords(
  {
    noRoom: "This chat has no room yet.",
    noRoomHow: "The page has to name one.",
    badUrl: "This chat has no address.",
    badUrlHow: "The page names one that is none.",
  },
  {
    ko: {
      noRoom: "아직 채팅방이 없어요.",
      noRoomHow: "페이지에서 방을 정해야 해요.",
      badUrl: "채팅 주소를 알 수 없어요.",
      badUrlHow: "페이지에 적힌 주소가 올바르지 않아요.",
    },
    ja: {
      noRoom: "チャットのルームがまだありません。",
      noRoomHow: "ページでルームを指定する必要があります。",
      badUrl: "チャットの接続先がわかりません。",
      badUrlHow: "ページに書かれた接続先が正しくありません。",
    },
  },
);
