import { defineWords } from "./words.ts";

export const missingWords = defineWords(
  {
    title: "There is no such page",
    how: "The address may be written wrongly, or what was here is gone.",
    home: "To the first page",
  },
  {
    ko: { title: "찾는 페이지가 없습니다", how: "주소가 잘못되었거나 더는 없는 페이지입니다.", home: "홈으로" },
    ja: {
      title: "お探しのページはありません",
      how: "アドレスが間違っているか、ページがなくなった可能性があります。",
      home: "トップページへ",
    },
  },
);
