import { MadangProvider } from "@madang/client/react";
import "../look/look.css";
import "../look/controls.css";
import "../chat/chat.css";
import "./home.css";
import { session } from "../session.ts";
import { showPage } from "../show-page.tsx";
import { formerAddress } from "./former-address.ts";
import { Home } from "./home.tsx";

const elsewhere = formerAddress(location);
if (elsewhere !== undefined) location.replace(elsewhere);
else
  showPage(
    <MadangProvider client={session().client}>
      <Home />
    </MadangProvider>,
  );
