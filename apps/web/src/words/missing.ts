import { defineWords } from "./words.ts";

export const missingWords = defineWords(
  { title: "There is no such page", home: "To the first page" },
  {
    ko: { title: "찾는 페이지가 없습니다", home: "홈으로" },
    ja: { title: "お探しのページはありません", home: "トップページへ" },
  },
);
