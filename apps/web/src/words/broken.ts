import { defineWords } from "./words.ts";

export const brokenWords = defineWords(
  { title: "Something broke on this page", how: "Nothing that you sent is lost by it.", again: "Load it again" },
  {
    ko: { title: "페이지에 문제가 생겼어요", how: "보낸 내용은 사라지지 않아요.", again: "다시 불러오기" },
    ja: { title: "ページで問題が起きました", how: "送信した内容は失われません。", again: "読み込み直す" },
  },
);
