import "../look/look.css";
import { showPage } from "../show-page.tsx";
import { formerAddress } from "./former-address.ts";
import { Home } from "./home.tsx";

const elsewhere = formerAddress(location);
if (elsewhere === undefined) showPage(<Home />);
else location.replace(elsewhere);
