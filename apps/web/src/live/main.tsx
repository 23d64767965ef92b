import { MadangProvider } from "@madang/client/react";
import "../look/look.css";
import "../look/controls.css";
import "../chat/chat.css";
import "./live.css";
import { session } from "../session.ts";
import { showPage } from "../show-page.tsx";
import { LivePage } from "./live-page.tsx";
import { videoOf } from "./video.ts";

const { client, roomOfAddress } = session();

showPage(
  <MadangProvider client={client}>
    <LivePage roomId={roomOfAddress()} video={videoOf(location)} />
  </MadangProvider>,
);
