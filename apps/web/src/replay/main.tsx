import { MadangProvider } from "@madang/client/react";
import "../look/look.css";
import "../look/controls.css";
import "../chat/chat.css";
import "../live/live.css";
import "./replay.css";
import { videoOf } from "../live/video.ts";
import { session } from "../session.ts";
import { showPage } from "../show-page.tsx";
import { ReplayPage } from "./replay-page.tsx";
import { timeOf } from "./time.ts";

const { client, roomOfAddress } = session();
const at = timeOf(new URLSearchParams(location.search).get("t")) ?? 0;

showPage(
  <MadangProvider client={client}>
    <ReplayPage roomId={roomOfAddress()} video={videoOf(location)} at={at} />
  </MadangProvider>,
);
